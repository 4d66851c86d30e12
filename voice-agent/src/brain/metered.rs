//! What brains cost, and who answers when it is enough.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use call_model::{CallId, ChatMessage, ThinkEvent, ThinkRequest, ThinkUsage};
use tokio::sync::mpsc;

use super::{Brain, QUEUE};

/// The most calls whose costs are kept in mind; the oldest go first.
const MAX_CALLS: usize = 20_000;
/// How many characters a token has, where a model did not say what it read: between English and German.
const CHARACTERS: u64 = 4;

/// What a model costs, in any currency, for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Price {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
}

impl Price {
    /// What this much costs, in millionths of the currency.
    pub fn of(self, usage: ThinkUsage) -> u64 {
        // A price for a million tokens is one in millionths for a token.
        (self.input * usage.input_tokens as f64 + self.output * usage.output_tokens as f64).ceil().max(0.0) as u64
    }
}

/// What was spent: by call, and by agent for the day.
#[derive(Debug, Default)]
pub struct Ledger {
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    calls: BTreeMap<CallId, u64>,
    /// The day that it is, and what each agent has spent on it.
    day: i64,
    agents: HashMap<String, u64>,
}

impl Ledger {
    /// Adds what one answer cost, in millionths. `day`: any number that is another one on another day. Gives what the
    /// agent has spent on that day.
    pub fn add(&self, call: CallId, agent: &str, day: i64, cost: u64) -> u64 {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent.calls.entry(call).or_default() += cost;
        if spent.calls.len() > MAX_CALLS {
            spent.calls.pop_first();
        }
        spent.on(day);
        let of_agent = spent.agents.entry(agent.to_owned()).or_default();
        *of_agent += cost;
        *of_agent
    }

    /// What the books say of that day.
    pub fn restore(&self, agent: &str, day: i64, cost: u64) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.on(day);
        spent.agents.insert(agent.to_owned(), cost);
    }

    /// What this call and, on that day, this agent have spent.
    pub fn spent(&self, call: CallId, agent: &str, day: i64) -> (u64, u64) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.on(day);
        let of = |found: Option<&u64>| found.copied().unwrap_or(0);
        (of(spent.calls.get(&call)), of(spent.agents.get(agent)))
    }
}

impl Spent {
    fn on(&mut self, day: i64) {
        if self.day != day {
            self.day = day;
            self.agents.clear();
        }
    }
}

/// Something was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// The agent.
    pub agent: String,
    /// The day.
    pub day: i64,
    /// The brain that answered.
    pub brain: String,
    /// What it read and wrote.
    pub usage: ThinkUsage,
    /// Millionths of the currency.
    pub cost: u64,
}

/// What a [`Metered`] brain goes by.
#[derive(Clone)]
pub struct Meter {
    /// What each brain costs, by its name in the books; one that is not here costs nothing.
    pub prices: Arc<HashMap<String, Price>>,
    /// The brain that is asked first: an answer that was thrown away or broke off is put down to it.
    pub first: String,
    /// What was spent; shared by all agents.
    pub ledger: Arc<Ledger>,
    /// Which day it is.
    pub today: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Is told of every spending. Must not wait.
    pub spent: Arc<dyn Fn(Spending) + Send + Sync>,
}

/// Models that are counted, and a brain without costs that answers in their place once the limits of the call or of the
/// agent's day are reached.
pub struct Metered {
    models: Arc<dyn Brain>,
    thrifty: Arc<dyn Brain>,
    meter: Meter,
    cost: Option<u64>,
    day_cost: Option<u64>,
}

impl Metered {
    /// `cost`, `day_cost`: limits in millionths of the currency.
    pub fn new(
        models: Arc<dyn Brain>,
        thrifty: Arc<dyn Brain>,
        meter: Meter,
        cost: Option<u64>,
        day_cost: Option<u64>,
    ) -> Self {
        Self { models, thrifty, meter, cost, day_cost }
    }

    fn is_enough(&self, request: &ThinkRequest) -> bool {
        let (call, day) = self.meter.ledger.spent(request.call, &request.agent, (self.meter.today)());
        self.cost.is_some_and(|limit| call >= limit) || self.day_cost.is_some_and(|limit| day >= limit)
    }
}

impl Brain for Metered {
    fn think(&self, request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        if self.is_enough(&request) {
            return self.thrifty.think(request);
        }
        let (out, answer) = mpsc::channel(QUEUE);
        let mut bill = Some(Bill::new(&request, self.meter.clone()));
        let mut events = self.models.think(request);
        tokio::spawn(async move {
            loop {
                let event = tokio::select! {
                    () = out.closed() => break,
                    event = events.recv() => event,
                };
                let Some(event) = event else { break };
                if let Some(open) = &mut bill {
                    open.note(&event);
                }
                if matches!(event, ThinkEvent::Finished { .. }) {
                    // It is put down before whoever hears of the end can ask again.
                    bill = None;
                }
                if out.send(event).await.is_err() {
                    break;
                }
            }
        });
        answer
    }

    fn name(&self) -> &str {
        self.models.name()
    }

    fn warm(&self) {
        self.models.warm();
    }
}

/// What one answer costs; put down when it is over, however it ends.
struct Bill {
    meter: Meter,
    call: CallId,
    agent: String,
    brain: String,
    /// Counted by the model, or by characters where it did not come to that.
    usage: ThinkUsage,
}

impl Bill {
    fn new(request: &ThinkRequest, meter: Meter) -> Self {
        let said = |message: &ChatMessage| match message {
            ChatMessage::Caller { text } | ChatMessage::Agent { text, .. } | ChatMessage::Note { text } => text.len(),
            ChatMessage::Tool { result, .. } => result.len(),
        };
        let read = request.instructions.len() + request.messages.iter().map(said).sum::<usize>();
        let usage = ThinkUsage { input_tokens: read as u64 / CHARACTERS, output_tokens: 0 };
        Self { call: request.call, agent: request.agent.clone(), brain: meter.first.clone(), usage, meter }
    }

    fn note(&mut self, event: &ThinkEvent) {
        match event {
            ThinkEvent::Text { text } => self.usage.output_tokens += (text.len() as u64).div_ceil(CHARACTERS),
            ThinkEvent::Finished { brain, usage, .. } => {
                self.brain.clone_from(brain);
                if usage.input_tokens + usage.output_tokens > 0 {
                    self.usage = *usage;
                }
            }
            _ => {}
        }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        let cost = self.meter.prices.get(&self.brain).map_or(0, |price| price.of(self.usage));
        if cost > 0 {
            let (agent, brain) = (std::mem::take(&mut self.agent), std::mem::take(&mut self.brain));
            let day = (self.meter.today)();
            self.meter.ledger.add(self.call, &agent, day, cost);
            (self.meter.spent)(Spending { agent, day, brain, usage: self.usage, cost });
        }
    }
}
