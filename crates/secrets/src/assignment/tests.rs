use super::*;

fn value_in<'a>(text: &'a str, word: &str, syntax: Syntax) -> Option<&'a str> {
    let key = key_around(text.as_bytes(), text.find(word).expect("the word is there"));
    assignment(text.as_bytes(), key, syntax).map(|found| &text[found.value])
}

#[test]
fn every_way_to_write_an_assignment_is_read() {
    for (text, syntax) in [
        ("password = hunter2", Syntax::Settings),
        ("password=hunter2 # a comment", Syntax::Settings),
        ("Environment=password=hunter2 MODE=prod", Syntax::Settings),
        (r#"Environment="password=hunter2""#, Syntax::Settings),
        ("Environment='password=hunter2' 'MODE=a b'\n", Syntax::Settings),
        (r#"Environment="MODE=a b" "db_password=hunter2" LEVEL=1"#, Syntax::Settings),
        (r#"Environment=password=hunter2 "MODE=a b""#, Syntax::Settings),
        ("Environment=MODE=a \\\n  \"password=hunter2\"\n", Syntax::Settings),
        ("ExecStart=/usr/bin/run --password hunter2 --port 80\n", Syntax::Settings),
        ("ExecStart=/usr/bin/run --db-password=hunter2 --port 80\n", Syntax::Settings),
        ("ExecStart=/usr/bin/run \\\r\n  --port 80 \\\r\n  --password 'hunter2'\r\n", Syntax::Settings),
        ("[program:run]\ncommand=/usr/bin/run --password hunter2 -v\n", Syntax::Settings),
        (r#"command: ["run", "--password=hunter2", "-v"]"#, Syntax::Settings),
        ("spring.datasource.password: hunter2\n", Syntax::Settings),
        (r#"{"db_password": "hunter2", "a": 1}"#, Syntax::Settings),
        ("export DB_password=hunter2; run", Syntax::Shell),
        ("run --password hunter2 x", Syntax::Shell),
        ("run --password=hunter2 x", Syntax::Shell),
        ("ENV password hunter2\n", Syntax::Shell),
        ("'password' => 'hunter2',", Syntax::Code),
        (r#"config["password"] = "hunter2""#, Syntax::Code),
        (r#"let password: &str = "hunter2";"#, Syntax::Code),
        (r#"connection.setpassword("hunter2")"#, Syntax::Code),
        ("define('password', 'hunter2');", Syntax::Code),
        ("define( 'password', 'hunter2' );", Syntax::Code),
        ("define(\t\"password\" ,\t\"hunter2\"\t);", Syntax::Code),
        ("variable \"password\" {\n  type    = string\n  default = \"hunter2\"\n}\n", Syntax::Settings),
        ("db:\n  password: |-\n    hunter2\n  user: app\n", Syntax::Settings),
        ("- \"password\": >2-\r\n    hunter2\r\n\r\nx: 1\n", Syntax::Settings),
        ("password: |\n  hunter2", Syntax::Settings),
        ("<password>hunter2</password>", Syntax::Settings),
        (r#"<add key="password" value="hunter2"/>"#, Syntax::Settings),
        ("- name: password\n  value: hunter2\n", Syntax::Settings),
        (r#"{"name": "password", "value": "hunter2"}"#, Syntax::Settings),
        ("<name>app.password</name>\n  <value>hunter2</value>\n", Syntax::Settings),
        ("<key>password</key>\n<string>hunter2</string>\n", Syntax::Settings),
        (r#""{\"password\":\"hunter2\"}""#, Syntax::Code),
        ("password=hunter2", Syntax::Single),
        ("password=\"hunter2\"", Syntax::Single),
        ("JAVA_OPTS=-Xmx1g -Ddb.password=hunter2 -Dx=y", Syntax::Single),
        ("JAVA_TOOL_OPTIONS=-Ddb.password=hunter2", Syntax::Single),
        ("ARGS=--db-password=hunter2 --v", Syntax::Single),
        ("ARGS=--v --password hunter2", Syntax::Single),
        ("aws configure set password hunter2 && x", Syntax::Shell),
        (r#""os.environ[\"password\"] = \"hunter2\"\n","#, Syntax::Prose),
        (r#""os.putenv(\"password\", \"hunter2\")\n","#, Syntax::Prose),
        (r#""client.password(\"hunter2\")\n","#, Syntax::Prose),
        (r#""%env password=hunter2\n","#, Syntax::Prose),
        (r#""%env password hunter2\n","#, Syntax::Prose),
        (r#""%set_env password hunter2""#, Syntax::Prose),
    ] {
        assert_eq!(value_in(text, "password", syntax), Some("hunter2"), "{text}");
    }
}

#[test]
fn a_property_of_java_is_known_by_its_own_name() {
    for (text, name) in [
        ("java -Dspring.datasource.password=x", "spring.datasource.password"),
        ("-Ddb.password=x", "db.password"),
        ("connect -DatabasePassword x", "DatabasePassword"),
        ("-Dpassword=x", "Dpassword"),
        ("Ddb.password=x", "Ddb.password"),
        ("--db.password=x", "db.password"),
    ] {
        let at = text.to_ascii_lowercase().find("password").expect("the word is there");
        assert_eq!(&text[key_around(text.as_bytes(), at)], name, "{text}");
    }
}

#[test]
fn what_only_looks_like_an_assignment_is_none() {
    for (text, syntax) in [
        ("password == hunter2", Syntax::Code),
        ("password = hunter2", Syntax::Code),
        ("password: String,", Syntax::Code),
        ("the password is hunter2", Syntax::Prose),
        ("call( 'password', 'hunter2', x )", Syntax::Code),
        ("password =hunter2", Syntax::Shell),
        ("ADDRESS=http://a/?password=hunter2", Syntax::Single),
        ("ARGS=x-password=hunter2", Syntax::Single),
        ("ARGS=--password", Syntax::Single),
        ("set password hunter2", Syntax::Shell),
        ("run --password hunter2\n", Syntax::Settings),
        ("env password hunter2\n", Syntax::Prose),
        (r#""%env password\n","#, Syntax::Prose),
        (r#""os.getenv(\"password\")\n","#, Syntax::Prose),
        ("ExecStart=/usr/bin/run -v\n--password hunter2\n", Syntax::Settings),
    ] {
        assert_eq!(value_in(text, "password", syntax), None, "{text}");
    }
}

#[test]
fn names_of_all_styles_come_to_one_form() {
    for name in ["dbPassword", "DB_PASSWORD", "db.password", "DB-Password", "DbPassword2", "DB_PASSWORD_PROD"] {
        assert_eq!(normal_key(name.as_bytes()), "db_password", "{name}");
    }
    assert_eq!(normal_key(b"AWSSecretKey"), "aws_secret_key");
    assert_eq!(normal_key(b"password_file"), "password_file");
}
