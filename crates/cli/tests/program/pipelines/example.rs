//! Reads the examples: the shell steps in the order in which their service runs them, the shell that it runs them with, and
//! the reports that it publishes.

use std::path::Path;

use serde_json::Value;

use crate::run::text;

/// An example and how its service reads it.
pub(super) struct Example {
    pub(super) file: &'static str,
    pub(super) read: fn(&Path) -> Pipeline,
}

/// What a service makes of a configuration.
pub(super) struct Pipeline {
    /// What the service and the configuration set.
    pub(super) environment: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
    pub(super) reports: Vec<Report>,
}

/// A shell script and the words that its shell is started with.
pub(super) struct Step {
    pub(super) shell: Vec<&'static str>,
    pub(super) script: String,
}

/// A file or folder that the service publishes.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) path: String,
    pub(super) kind: ReportKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportKind {
    Sarif,
    GitlabContainerScanning,
    Cyclonedx,
    Junit,
    Html,
    Folder,
}

pub(super) const EXAMPLES: &[Example] = &[
    Example { file: "github-actions.yml", read: github },
    Example { file: "gitlab-ci.yml", read: gitlab },
    Example { file: "Jenkinsfile", read: jenkins },
    Example { file: "azure-pipelines.yml", read: azure },
    Example { file: "circleci.yml", read: circleci },
];

/// A commit as services name it.
const COMMIT: &str = "1f3a5c7e9b0d2f4a6c8e0a1b3d5f7092a4b6c8d0";

/// Expressions are put in by the service where they stand; scripts must not have any, so that nothing of a pull request
/// becomes code.
fn github(folder: &Path) -> Pipeline {
    let workflow = yaml(folder, "github-actions.yml");
    let job = only(&workflow["jobs"]);
    let mut pipeline = Pipeline { environment: Vec::new(), steps: Vec::new(), reports: Vec::new() };
    for (name, value) in job["env"].as_object().unwrap() {
        let value = text(value).replace("${{ github.sha }}", COMMIT);
        // Variables of the repository that nobody set are empty.
        let value = if value.starts_with("${{ vars.") { String::new() } else { value };
        pipeline.environment.push((name.clone(), value));
    }
    for step in job["steps"].as_array().unwrap() {
        match (&step["run"], &step["uses"]) {
            (Value::String(script), Value::Null) => {
                assert!(!script.contains("${{"), "{script}");
                // docs.github.com, Workflow syntax, jobs.<job_id>.steps[*].shell: without one, `bash -e`.
                pipeline.steps.push(Step { shell: vec!["bash", "-e"], script: script.clone() });
            }
            (Value::Null, Value::String(action)) => {
                let (_, version) = action.split_once('@').unwrap();
                assert!(version.len() == 40, "{action} is not named by its commit");
                if action.contains("upload-sarif") {
                    assert!(text(&step["if"]).contains("!cancelled()"), "a red scan must publish as well");
                    assert_eq!(job["permissions"]["security-events"], "write");
                    pipeline.reports.push(Report { path: text(&step["with"]["sarif_file"]), kind: ReportKind::Sarif });
                }
            }
            _ => panic!("a step runs or uses: {step}"),
        }
    }
    pipeline
}

/// Lines of `script` are one script, which ends at the first that fails; files go from job to job as artifacts.
fn gitlab(folder: &Path) -> Pipeline {
    let configuration = yaml(folder, "gitlab-ci.yml");
    let mut environment = vec![("CI_COMMIT_SHA".to_owned(), COMMIT.to_owned())];
    let mut pipeline = Pipeline { environment: Vec::new(), steps: Vec::new(), reports: Vec::new() };
    for stage in configuration["stages"].as_array().unwrap() {
        let jobs = configuration.as_object().unwrap().values().filter(|job| job["stage"] == *stage);
        for job in jobs {
            let lines: Vec<String> = job["script"].as_array().unwrap().iter().map(text).collect();
            pipeline.steps.push(Step { shell: vec!["bash", "-eo", "pipefail"], script: lines.join("\n") });
            let reports = job["artifacts"]["reports"].as_object().into_iter().flatten();
            for (kind, path) in reports {
                assert_eq!(job["artifacts"]["when"], "always", "a red scan must publish as well");
                let kind = match kind.as_str() {
                    "container_scanning" => ReportKind::GitlabContainerScanning,
                    "cyclonedx" => ReportKind::Cyclonedx,
                    "junit" => ReportKind::Junit,
                    kind => panic!("{kind}"),
                };
                pipeline.reports.push(Report { path: text(path), kind });
            }
        }
    }
    let variables = configuration["variables"].as_object().unwrap();
    environment.extend(variables.iter().map(|(name, value)| (name.clone(), text(value))));
    Pipeline { environment, ..pipeline }
}

/// A declarative pipeline, of which only `sh '''…'''` and the steps that publish are looked at. Groovy would read a
/// backslash in such a text, so that there must be none.
fn jenkins(folder: &Path) -> Pipeline {
    let file = std::fs::read_to_string(folder.join("Jenkinsfile")).unwrap();
    let mut steps = Vec::new();
    let mut rest = file.as_str();
    while let Some((_, after)) = rest.split_once("sh '''") {
        let (script, after) = after.split_once("'''").expect("the text ends");
        assert!(!script.contains('\\'), "{script}");
        steps.push(Step { shell: vec!["sh", "-xe"], script: script.to_owned() });
        rest = after;
    }
    let (_, post) = file.split_once("post {").expect("it publishes");
    assert!(post.trim_start().starts_with("always {"), "a red scan must publish as well");
    let named = |before: &str| {
        let (_, after) = post.split_once(before).unwrap();
        after.split_once('\'').unwrap().0.to_owned()
    };
    let reports = vec![
        Report { path: named("junit testResults: '"), kind: ReportKind::Junit },
        Report { path: named("archiveArtifacts artifacts: '"), kind: ReportKind::Html },
    ];
    Pipeline { environment: vec![("BUILD_NUMBER".into(), "17".into())], steps, reports }
}

/// `bash:` runs a file without `-e`: the scripts must set it themselves.
fn azure(folder: &Path) -> Pipeline {
    let configuration = yaml(folder, "azure-pipelines.yml");
    let environment = ["BULKHEAD_URL", "BULKHEAD_SHA256"].map(|name| (name.to_owned(), String::new()));
    let mut pipeline = Pipeline { environment: environment.into(), steps: Vec::new(), reports: Vec::new() };
    pipeline.environment.push(("BUILD_BUILDID".into(), "2026".into()));
    for step in configuration["jobs"][0]["steps"].as_array().unwrap() {
        if let Value::String(script) = &step["bash"] {
            // A macro `$(name)` of Azure would be put in before the shell sees it.
            assert!(!script.contains("$("), "{script}");
            pipeline.steps.push(Step { shell: vec!["bash", "--noprofile", "--norc"], script: script.clone() });
            continue;
        }
        let (path, kind) = match step["task"].as_str() {
            Some("PublishTestResults@2") => (&step["inputs"]["testResultsFiles"], ReportKind::Junit),
            Some("PublishBuildArtifacts@1") => (&step["inputs"]["pathToPublish"], ReportKind::Folder),
            Some(task) => panic!("{task}"),
            None => continue,
        };
        assert_eq!(step["condition"], "succeededOrFailed()", "a red scan must publish as well");
        pipeline.reports.push(Report { path: text(path), kind });
    }
    pipeline
}

/// Reports are stored whatever became of the steps before.
fn circleci(folder: &Path) -> Pipeline {
    let configuration = yaml(folder, "circleci.yml");
    let mut pipeline =
        Pipeline { environment: vec![("CIRCLE_SHA1".into(), COMMIT.into())], steps: Vec::new(), reports: Vec::new() };
    for step in only(&configuration["jobs"])["steps"].as_array().unwrap() {
        if let Value::String(script) = &step["run"]["command"] {
            assert!(!script.contains("<<"), "parameters of CircleCI would be put in: {script}");
            pipeline.steps.push(Step { shell: vec!["/bin/bash", "-eo", "pipefail"], script: script.clone() });
        } else if let Value::String(folder) = &step["store_test_results"]["path"] {
            pipeline.reports.push(Report { path: format!("{folder}/bulkhead/junit.xml"), kind: ReportKind::Junit });
        } else if let Value::String(folder) = &step["store_artifacts"]["path"] {
            pipeline.reports.push(Report { path: folder.clone(), kind: ReportKind::Folder });
        }
    }
    pipeline
}

fn yaml(folder: &Path, file: &str) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).expect("the example is YAML")
}

/// The only value of a map.
fn only(map: &Value) -> &Value {
    let map = map.as_object().unwrap();
    assert_eq!(map.len(), 1, "the example has one job");
    map.values().next().unwrap()
}
