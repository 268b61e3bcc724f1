//! Those who ask: how long each answer took.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::house::{House, mixed};
use crate::program::Program;

/// A question: what stands behind the address.
#[derive(Debug, Clone)]
pub(crate) struct Asked(String);

/// How long answers took.
pub(crate) struct Figures {
    /// Milliseconds, sorted.
    times: Vec<f64>,
    span: Duration,
    pub(crate) failed: usize,
    pub(crate) failure: String,
}

impl Asked {
    pub(crate) fn get(path: &str) -> Asked {
        Asked(path.to_owned())
    }

    /// A list with a filter.
    pub(crate) fn filter(path: &str, filter: &str) -> Asked {
        let mut text = String::new();
        for byte in filter.bytes() {
            match byte.is_ascii_alphanumeric() {
                true => text.push(char::from(byte)),
                false => text.push_str(&format!("%{byte:02X}")),
            }
        }
        Asked(format!("{path}?limit=50&filter={text}"))
    }

    /// How many a list would have: the shortest page, whose `total` counts.
    pub(crate) fn total(path: &str, filter: &str) -> Asked {
        let Asked(list) = Asked::filter(path, filter);
        Asked(list.replace("limit=50", "limit=1"))
    }

    /// A list behind a place.
    pub(crate) fn after(path: &str, place: &serde_json::Value) -> Asked {
        Asked(format!("{path}&cursor={}", URL_SAFE_NO_PAD.encode(place.to_string())))
    }
}

impl Figures {
    fn of(taken: Vec<Taken>, span: Duration) -> Figures {
        let mut figures = Figures { times: Vec::new(), span, failed: 0, failure: String::new() };
        for taken in taken {
            match taken {
                Taken::Answered(time) => figures.times.push(time.as_secs_f64() * 1e3),
                Taken::Failed(why) => {
                    figures.failed += 1;
                    figures.failure = why;
                }
            }
        }
        figures.times.sort_by(f64::total_cmp);
        figures
    }

    /// Milliseconds that so many of a hundred answers took at most.
    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        let at = (self.times.len() as f64 * percent / 100.0).ceil() as usize;
        self.times.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }

    /// Answers in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.span.as_secs_f64()
    }
}

enum Taken {
    Answered(Duration),
    Failed(String),
}

/// Somebody with a connection of their own.
struct Somebody<'a> {
    agent: ureq::Agent,
    program: &'a Program,
    token: &'a str,
}

impl Somebody<'_> {
    /// Opens the connection, which stays, and waits until all have theirs: then it begins for all.
    fn connect(&self, open: &Barrier, began: &OnceLock<Instant>) -> Instant {
        self.ask(&Asked::get("/me"), Instant::now());
        open.wait();
        *began.get_or_init(Instant::now)
    }

    fn ask(&self, asked: &Asked, since: Instant) -> Taken {
        let request = ureq::http::Request::get(self.program.place(&asked.0));
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(()).unwrap();
        self.taken(self.agent.run(request), &asked.0, since)
    }

    fn register(&self, index: &str, since: Instant) -> Taken {
        let request =
            ureq::http::Request::post(self.program.place("/images")).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(index.to_owned()).unwrap();
        self.taken(self.agent.run(request), "POST /images", since)
    }

    fn taken(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        what: &str,
        since: Instant,
    ) -> Taken {
        let told = answer.and_then(|mut answer| Ok((answer.status(), answer.body_mut().read_to_string()?)));
        match told {
            Ok((status, _)) if status.is_success() => Taken::Answered(since.elapsed()),
            Ok((status, body)) => Taken::Failed(format!("{what}: {status} {body}")),
            Err(error) => Taken::Failed(format!("{what}: {error}")),
        }
    }
}

/// Many who ask one thing after another, in no order, each so long after the last was answered.
pub(crate) fn at_once(
    program: &Program,
    tokens: &[String],
    paths: &[Asked],
    users: usize,
    span: Duration,
    pause: Duration,
) -> Figures {
    let (open, began) = (Barrier::new(users), OnceLock::new());
    let taken = together(program, tokens, users, |number, somebody| {
        let mut taken = Vec::new();
        let began = somebody.connect(&open, &began);
        let mut seed = number as u64;
        while began.elapsed() < span {
            seed = mixed(seed);
            taken.push(somebody.ask(&paths[seed as usize % paths.len()], Instant::now()));
            // Of other lengths each time, so that they do not fall into step.
            std::thread::sleep(pause.mul_f64(0.5 + (seed >> 40) as f64 / (1_u64 << 24) as f64));
        }
        taken
    });
    Figures::of(taken, began.get().map_or(span, Instant::elapsed))
}

/// So many questions a second, each at its time, whether or not others are answered: one that has to wait for them was
/// asked when its time came.
pub(crate) fn at_a_rate(program: &Program, tokens: &[String], paths: &[Asked], rate: u32, span: Duration) -> Figures {
    const ASKERS: usize = 32;
    let (next, open, began) = (AtomicU32::new(0), Barrier::new(ASKERS), OnceLock::new());
    let all = u32::try_from(span.as_secs()).unwrap_or(1) * rate;
    let taken = together(program, tokens, ASKERS, |_, somebody| {
        let mut taken = Vec::new();
        let began = somebody.connect(&open, &began);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= all {
                return taken;
            }
            let due = began + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            taken.push(somebody.ask(&paths[number as usize % paths.len()], due));
        }
    });
    Figures::of(taken, began.get().map_or(span, Instant::elapsed))
}

/// Pipelines that register images that the house does not have yet.
pub(crate) fn register(
    program: &Program,
    tokens: &[String],
    house: &House,
    pipelines: usize,
    span: Duration,
) -> Figures {
    // Made before, so that the makers do not take the processor of the server.
    let from = house.images() + std::process::id() % 10_000 * 10_000;
    let indexes: Vec<String> =
        (from..from + 4000).map(|number| formats::report_document(&House::image(number).report).to_string()).collect();
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    let taken = together(program, tokens, pipelines, |_, somebody| {
        let mut taken = Vec::new();
        while began.elapsed() < span {
            let Some(index) = indexes.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            taken.push(somebody.register(index, Instant::now()));
        }
        taken
    });
    Figures::of(taken, began.elapsed())
}

fn together(
    program: &Program,
    tokens: &[String],
    count: usize,
    work: impl Fn(usize, &Somebody<'_>) -> Vec<Taken> + Sync,
) -> Vec<Taken> {
    let taken = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for number in 0..count {
            let (taken, work) = (&taken, &work);
            threads.spawn(move || {
                let token = tokens[number % tokens.len()].as_str();
                let somebody = Somebody { agent: program.agent(), program, token };
                let own = work(number, &somebody);
                taken.lock().unwrap().extend(own);
            });
        }
    });
    taken.into_inner().unwrap()
}
