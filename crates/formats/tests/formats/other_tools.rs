//! One small report in every format, as it looks.
