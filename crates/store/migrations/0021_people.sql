-- People are searched by the name that others see.
CREATE INDEX users_display_name ON users (display_name, id);
