//! The demo's questions, signed, and what the merchant gets to see of the answers.
//!
//! Guarantees: a batch is opened once, when simulated shoppers have filled it, and never below the question's
//! `minBatchSize`; intervals are those of `flaneur estimate`; the truth is that of the simulated shoppers alone.
//! Used by: `flaneur-operators demo`, which `cargo xtask demo` starts, and the browser test of the whole way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use flaneur_estimate::bundle;
use flaneur_estimate::collection::{Collection, Noise};
use flaneur_estimate::estimate::collected_rows;
use flaneur_upstream::Task;
use serde_json::{Value, json};

use crate::shoppers::{Seeded, device_task, sealed};
use crate::{Batch, Epsilon, Operators, Setup};

/// The questions, without what only a running operator can say.
const QUESTIONS: &str = include_str!("../demo/tasks.json");
/// Makes the operators' keys and the key that signs. Anyone can read it: a fixture keeps no secrets.
const SEED: [u8; 32] = [0x0f; 32];
const LEVEL: f64 = 0.95;
/// Most shoppers of one simulation.
const MAX_SHOPPERS: usize = 20_000;

/// Why the demo cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// The two operators of every question, and the merchant who reads their sums.
pub struct Demo {
    bundle: Value,
    key: String,
    state: Mutex<State>,
}

struct State {
    questions: Vec<Question>,
    simulation: Option<Progress>,
}

/// A simulation under way.
#[derive(Clone, Copy)]
struct Progress {
    done: usize,
    of: usize,
}

struct Question {
    operators: Operators,
    device: Task,
    /// The question as it was signed.
    asked: Value,
    /// What the simulated shoppers of the waiting batch answered, per bucket.
    truth: Vec<u64>,
    /// The last batch, as the merchant sees it.
    collection: Value,
}

impl Demo {
    /// Makes the operators and signs their questions. The addresses end in a slash.
    ///
    /// # Errors
    /// [`Malformed`] names what is wrong with `demo/tasks.json`.
    pub fn new(leader: &str, helper: &str) -> Result<Self, Malformed> {
        let mut bundle: Value = serde_json::from_str(QUESTIONS).map_err(|_| Malformed("tasks.json is not JSON"))?;
        let tasks = bundle["tasks"].as_array_mut().ok_or(Malformed("tasks.json has no tasks"))?;
        let mut questions = Vec::new();
        for task in tasks {
            let operators = operators_of(task)?;
            for ((role, url), config) in [("leader", leader), ("helper", helper)].into_iter().zip(operators.configs()) {
                task[role]["url"] = url.into();
                task[role]["hpke"] = bundle::encode(&config).into();
            }
            let precision = task["timePrecision"].as_u64().ok_or(Malformed("a task has no timePrecision"))?;
            let device = device_task(&operators, precision).map_err(|error| Malformed(error.message))?;
            let truth = vec![0; operators.setup().buckets];
            questions.push(Question { operators, device, asked: task.clone(), truth, collection: Value::Null });
        }
        let key = SigningKey::from_bytes(&SEED);
        bundle::sign(&mut bundle, &key).map_err(|_| Malformed("tasks.json holds a number that is not whole"))?;
        let key = bundle::encode(key.verifying_key().as_bytes());
        Ok(Self { bundle, key, state: Mutex::new(State { questions, simulation: None }) })
    }

    /// What the shop's page needs: the signed questions, the key, and where this can be watched.
    #[must_use]
    pub fn questions(&self, watch: &str) -> Value {
        json!({ "tasks": self.bundle, "tasksKey": self.key, "watch": watch })
    }

    /// Works with the operators of the question with this id. Nothing when there is none.
    pub(crate) fn with_operators<T>(&self, id: &[u8], work: impl FnOnce(&mut Operators) -> T) -> Option<T> {
        let mut state = self.state();
        let question = state.questions.iter_mut().find(|question| question.operators.setup().id == id)?;
        Some(work(&mut question.operators))
    }

    /// Everything that can be watched, as JSON. The page's `www/src/watch.ts` reads it.
    #[must_use]
    pub fn watched(&self) -> Value {
        let state = self.state();
        let simulation = state.simulation.map(|Progress { done, of }| json!({ "done": done, "of": of }));
        let tasks: Vec<_> = state.questions.iter().map(Question::watched).collect();
        json!({ "simulation": simulation, "tasks": tasks })
    }

    /// Lets simulated shoppers answer every question, on a thread of its own, and then opens the batches that are full.
    /// Does nothing while others are answering.
    pub fn simulate(self: &Arc<Self>, shoppers: usize, seed: u64) {
        let of = shoppers.min(MAX_SHOPPERS);
        {
            let mut state = self.state();
            if state.simulation.is_some() || of == 0 {
                return;
            }
            state.simulation = Some(Progress { done: 0, of });
        }
        let demo = Arc::clone(self);
        std::thread::spawn(move || demo.run(of, seed));
    }

    fn run(&self, of: usize, seed: u64) {
        let mut seeded = Seeded::new(seed);
        for done in 1..=of {
            self.answer(&mut seeded);
            self.state().simulation = Some(Progress { done, of });
        }
        let mut state = self.state();
        state.questions.iter_mut().for_each(Question::collect);
        state.simulation = None;
    }

    /// One shopper answers every question. Sealing happens outside the lock, as it happens on devices.
    fn answer(&self, seeded: &mut Seeded) {
        let tasks: Vec<(usize, Task)> =
            self.state().questions.iter().map(|each| (each.truth.len(), each.device.clone())).collect();
        for (at, (buckets, task)) in tasks.iter().enumerate() {
            let bucket = seeded.bucket(*buckets);
            let Ok(report) = sealed(task, bucket, now()) else { continue };
            let mut state = self.state();
            let Some(question) = state.questions.get_mut(at) else { continue };
            if question.operators.upload(&report).is_ok()
                && let Some(count) = question.truth.get_mut(bucket)
            {
                *count += 1;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question {
    fn epsilon(&self) -> u64 {
        self.asked["epsilon"].as_u64().unwrap_or_default()
    }

    fn min_batch_size(&self) -> u64 {
        self.asked["minBatchSize"].as_u64().unwrap_or(u64::MAX)
    }

    fn watched(&self) -> Value {
        json!({
            "task": self.asked["id"],
            "purpose": self.asked["purpose"],
            "epsilon": self.epsilon(),
            "minBatchSize": self.min_batch_size(),
            "waiting": self.operators.count(),
            "collection": self.collection,
        })
    }

    /// Opens the batch, unless it is too small.
    fn collect(&mut self) {
        if (self.operators.count() as u64) < self.min_batch_size() {
            return;
        }
        let Ok(batch) = self.operators.collect(Epsilon(self.epsilon() as u32)) else { return };
        self.collection = self.collected(&batch);
        self.truth.fill(0);
    }

    fn collected(&self, Batch { reports, sums, shares: [leader, helper] }: &Batch) -> Value {
        let aggregate_result = sums.iter().map(|&sum| sum as i64).collect();
        let collection = Collection { report_count: *reports as u64, aggregate_result };
        let noise = Noise::new(self.epsilon(), 2);
        let rows: Vec<_> = collected_rows(&collection, noise, &[], LEVEL)
            .iter()
            .zip(self.asked["buckets"].as_array().into_iter().flatten())
            .map(|(row, bucket)| {
                let label = json!({ "en": bucket["en"], "fr": bucket["fr"] });
                json!({ "label": label, "count": row.count, "low": row.low, "high": row.high })
            })
            .collect();
        json!({
            "reports": reports,
            "simulated": self.truth.iter().sum::<u64>(),
            "truth": self.truth,
            "rows": rows,
            "leader": hex(leader),
            "helper": hex(helper),
        })
    }
}

fn operators_of(task: &Value) -> Result<Operators, Malformed> {
    let id = task["id"].as_str().and_then(bundle::decode).and_then(|id| id.try_into().ok());
    let id = id.ok_or(Malformed("a task's id is not 32 bytes in base64url"))?;
    let buckets = task["buckets"].as_array().map_or(0, Vec::len);
    let chunk = task["chunk"].as_u64().unwrap_or_default() as usize;
    Operators::new(&Setup { id, buckets, chunk, seed: SEED }).map_err(|_| Malformed("a task's chunk makes no sense"))
}

#[allow(clippy::disallowed_methods, reason = "devices put the hour into their reports")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
