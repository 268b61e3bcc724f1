//! Rendering: every template of a chart and of its sub-charts with the objects that Helm gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use gotmpl::{Template, TemplateError, Value};
use model::UntrustedPath;

use super::chart::Chart;
use super::functions;
use super::methods::{self, Missing};
use super::value::{from_node, map};

/// Calls of templates by templates within one file.
const DEEPEST_CALLS: usize = 24;
/// Such calls for one chart.
const MOST_CALLS: u64 = 20_000;
/// Bytes that templates of one chart give.
const MOST_BYTES: u64 = 32 << 20;
/// Turns of the loops of one template.
const MOST_TURNS: u64 = 50_000;

/// A template and what became of it.
pub(super) struct Rendered {
    pub(super) path: UntrustedPath,
    pub(super) text: Result<String, String>,
    /// What is less than sure about the text.
    pub(super) doubt: Option<String>,
}

/// Renders a chart with its sub-charts.
pub(super) fn render(chart: &Chart) -> Vec<Rendered> {
    let mut excused = BTreeSet::new();
    chart.missing_children(&mut excused);
    let calls = Arc::new(Calls::new(excused));
    let mut base = functions::register(Template::new("chart").max_range_iters(MOST_TURNS), &calls);
    let mut sources = Vec::new();
    collect(chart, &mut sources);
    for (_, source, _) in &sources {
        // One that cannot be read says so when its turn comes; the others keep their partials.
        if let Ok((defined, _)) = methods::define(base.clone(), source) {
            base = defined;
        }
    }
    let base = Arc::new(base);
    let files = sources.iter().map(|(path, source, _)| (name_of(chart, path), source.clone())).collect();
    calls.set(&base, files);
    let mut rendered = Vec::new();
    for (path, source, data) in &sources {
        let is_partial = path.file_name().starts_with('_')
            || !(path.file_name().ends_with(".yaml") || path.file_name().ends_with(".yml"));
        if is_partial {
            continue;
        }
        calls.begin();
        let text = calls.text(|out| methods::run(&base, source, out, data)).map_err(|error| one_line(&error));
        let doubt = calls.missing.take().filter(|_| text.is_ok());
        rendered.push(Rendered { path: path.clone(), text, doubt });
    }
    rendered
}

/// The name that a file has as a template: `shop/templates/a.yaml`.
fn name_of(chart: &Chart, path: &UntrustedPath) -> String {
    let inner = path.as_str().strip_prefix(&chart.folder).unwrap_or(path.as_str());
    super::join(&chart.name(), inner.trim_start_matches('/'))
}

fn one_line(error: &TemplateError) -> String {
    let text = error.to_string();
    let line: String = text.lines().next().unwrap_or_default().chars().take(300).collect();
    line
}

/// The templates of a chart and of its sub-charts, each with its data.
fn collect(chart: &Chart, sources: &mut Vec<(UntrustedPath, String, Value)>) {
    let values = from_node(&chart.values);
    for (path, text) in &chart.templates {
        let data = data(chart, &values, path);
        sources.push((path.clone(), text.clone(), data));
    }
    for child in &chart.children {
        collect(child, sources);
    }
}

/// The objects that Helm gives to a template (Helm, Built-in Objects).
fn data(chart: &Chart, values: &Value, path: &UntrustedPath) -> Value {
    let text = |text: &str| Value::String(Arc::from(text));
    let metadata = chart.metadata.as_map().unwrap_or_default();
    let capitalized = metadata.iter().map(|entry| (capitalize(&entry.key), from_node(&entry.value)));
    let unsaid = METADATA.iter().map(|name| ((*name).to_owned(), Value::Nil));
    let fields: Vec<(String, Value)> = unsaid.chain(capitalized).collect();
    let api_versions = Value::List(functions::API_VERSIONS.iter().map(|version| text(version)).collect());
    let version = map([
        ("Version", text("v1.31.0")),
        ("GitVersion", text("v1.31.0")),
        ("Major", text("1")),
        ("Minor", text("31")),
    ]);
    map([
        ("Values", values.clone()),
        ("Chart", map(fields.iter().map(|(key, value)| (key.as_str(), value.clone())))),
        (
            "Release",
            map([
                ("Name", text("release-name")),
                ("Namespace", text("release-namespace")),
                ("Service", text("Helm")),
                ("IsInstall", Value::Bool(true)),
                ("IsUpgrade", Value::Bool(false)),
                ("Revision", Value::Int(1)),
            ]),
        ),
        (
            "Capabilities",
            map([
                ("APIVersions", api_versions),
                ("KubeVersion", version),
                ("HelmVersion", map([("Version", text("v3.16.0"))])),
            ]),
        ),
        (
            "Template",
            map([("Name", text(path.as_str())), ("BasePath", text(&super::join(&chart.name(), "templates")))]),
        ),
        ("Files", map(chart.files.iter().map(|(name, content)| (name.as_str(), text(content))))),
        ("Subcharts", map(chart.children.iter().map(|child| (child.folder_name(), Value::Nil)))),
    ])
}

/// What `.Chart` has whether `Chart.yaml` says it or not.
const METADATA: &[&str] = &[
    "Annotations",
    "AppVersion",
    "Description",
    "Home",
    "Icon",
    "Keywords",
    "KubeVersion",
    "Maintainers",
    "Sources",
    "Type",
];

/// `appVersion` is `.Chart.AppVersion`.
fn capitalize(key: &str) -> String {
    if key == "apiVersion" {
        return "APIVersion".to_owned();
    }
    let mut signs = key.chars();
    signs.next().map(|first| first.to_ascii_uppercase().to_string() + signs.as_str()).unwrap_or_default()
}

/// What `include` and `tpl` share: the templates, and what is left to spend.
pub(super) struct Calls {
    pub(super) missing: Arc<Missing>,
    base: OnceLock<(Weak<Template>, BTreeMap<String, String>)>,
    depth: AtomicUsize,
    count: AtomicU64,
    bytes: AtomicU64,
}

impl Calls {
    fn new(excused: BTreeSet<String>) -> Calls {
        Calls {
            missing: Arc::new(Missing::new(excused)),
            base: OnceLock::new(),
            depth: AtomicUsize::new(0),
            count: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    fn set(&self, base: &Arc<Template>, files: BTreeMap<String, String>) {
        // It is set once for each chart; a second time would change nothing.
        let _ = self.base.set((Arc::downgrade(base), files));
    }

    /// What `include` gives: a template by its name, which a whole file has as well.
    pub(super) fn include(&self, name: &str, data: &Value) -> gotmpl::Result<Value> {
        let file = self.base.get().and_then(|(_, files)| files.get(name));
        self.call(|base, out| match file {
            Some(source) if base.lookup(name).is_none() => methods::run(base, source, out, data),
            _ => base.execute_template_fmt(out, name, data),
        })
    }

    /// A new file begins, whatever became of the one before.
    fn begin(&self) {
        self.depth.store(0, Ordering::Relaxed);
        self.missing.take();
    }

    fn spend(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= MOST_BYTES
    }

    /// Runs a template of the chart, or a text as a template, within the bounds.
    pub(super) fn call(
        &self,
        run: impl FnOnce(&Template, &mut Output<'_>) -> gotmpl::Result<()>,
    ) -> gotmpl::Result<Value> {
        let refuse = |reason: &str| Err(TemplateError::Exec(reason.to_owned()));
        let Some(base) = self.base.get().and_then(|(base, _)| base.upgrade()) else {
            return refuse("there are no templates");
        };
        if self.count.fetch_add(1, Ordering::Relaxed) >= MOST_CALLS {
            return refuse("templates call each other too often");
        }
        if self.depth.fetch_add(1, Ordering::Relaxed) >= DEEPEST_CALLS {
            return refuse("templates call each other too deep");
        }
        let text = self.text(|out| run(&base, out));
        self.depth.fetch_sub(1, Ordering::Relaxed);
        Ok(Value::String(Arc::from(text?)))
    }

    /// What is written, as far as the chart may still become larger.
    fn text(&self, write: impl FnOnce(&mut Output<'_>) -> gotmpl::Result<()>) -> gotmpl::Result<String> {
        let mut out = Output { calls: self, text: String::new(), is_over: false };
        let outcome = write(&mut out);
        match out.is_over {
            true => Err(TemplateError::Exec("the chart becomes too large".to_owned())),
            false => outcome.map(|()| out.text),
        }
    }
}

/// What a template writes.
pub(super) struct Output<'c> {
    calls: &'c Calls,
    text: String,
    is_over: bool,
}

impl std::fmt::Write for Output<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if !self.calls.spend(text.len()) {
            self.is_over = true;
            return Err(std::fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}
