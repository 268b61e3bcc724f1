//! Secrets in files that name keys in ways of their own.

use secrets::{Place, SecretRules};

/// `rule:line` of each finding.
fn found(path: &str, text: &str) -> Vec<String> {
    let outcome = SecretRules::builtin().scan(text.replace("<+>", "").as_bytes(), Place::file(path));
    outcome.secrets.iter().map(|secret| format!("{}:{}", secret.rule, secret.line)).collect()
}

/// A notebook (nbformat 4) with one cell of this line of code, which stands on line 9 as it is encoded in JSON.
fn notebook(line: &str) -> String {
    let line = format!("{line}\\n").replace('"', "\\\"");
    format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"metadata\": {{}},\n   \"outputs\": [],\n   \
         \"source\": [\n    \"import os\\n\",\n    \"{line}\",\n    \"run()\"\n   ]\n  }}\n ],\n \"nbformat\": 4\n}}\n"
    )
}

#[test]
fn cells_of_notebooks_give_their_secrets() {
    for (line, rule) in [
        ("os.environ[\"DB_PASSWORD\"] = \"kR8<+>spq2x\"", "generic-password"),
        ("password = \"kR8<+>spq2x\"", "generic-password"),
        ("    password = 'kR8<+>spq2x'", "generic-password"),
        ("connect(host, password=\"kR8<+>spq2x\")", "generic-password"),
        ("os.environ.setdefault(\"DB_PASSWORD\", \"kR8<+>spq2x\")", "generic-password"),
        ("%env DB_PASSWORD=kR8<+>spq2x", "generic-password"),
        ("%env DB_PASSWORD kR8<+>spq2x", "generic-password"),
        ("%set_env DB_PASSWORD kR8<+>spq2x", "generic-password"),
        ("%env API_TOKEN=On7<+>wKbrVJ2cfB9bT9thjO3xrM1m", "generic-api-key"),
        (
            "os.environ[\"AWS_SECRET_ACCESS_KEY\"] = \"VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o\"",
            "aws-secret-access-key",
        ),
        ("%env AWS_SECRET_ACCESS_KEY=VM<+>heJ4WQEM8Y49Do/jZu0NjNDrFLuyyul9R78s0o", "aws-secret-access-key"),
        ("engine = create_engine(\"postgresql<+>://app:kR8<+>spq2x@db/app\")", "database-url"),
    ] {
        assert_eq!(found("work/analysis.ipynb", &notebook(line)), [format!("{rule}:9")], "{line}");
    }
    for line in [
        "os.environ[\"DB_PASSWORD\"] = getpass()",
        "os.environ[\"DB_PASSWORD\"] = \"<password>\"",
        "password = os.environ[\"DB_PASSWORD\"]",
        "os.environ.setdefault(\"DB_PASSWORD\", \"changeme\")",
        "%env DB_PASSWORD",
        "%env DB_PASSWORD=$PASSWORD",
        "%env DB_PASSWORD {password}",
        "%env API_TOKEN=your-token-here",
    ] {
        assert_eq!(found("work/analysis.ipynb", &notebook(line)), [""; 0], "{line}");
    }
}
