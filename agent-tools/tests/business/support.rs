//! A practice on Monday, 23 November 2026, ten o'clock in Berlin.

use std::collections::BTreeMap;
use std::sync::Arc;

use agent_tools::calendar::{Clock, Desk, Plan};
use agent_tools::{House, StoreBook, Toolbox, ToolboxSettings, business_tools};
use call_model::{CallId, Direction, ToolFailure, ToolRequest, Verified};
use ivr::Business;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{NewCall, Store, StoreConfig, fresh_id};
use tempfile::TempDir;

pub const CALLER: &str = "+4930901820";
pub const OTHER: &str = "+4930901821";

const FILE: &str = "
name: {en: Northwind Dental, de: Zahnarztpraxis Northwind}
time_zone: Europe/Berlin
hours: {monday: 08:00-18:00, tuesday: 08:00-18:00, wednesday: 08:00-13:00}
calendar:
  persons:
    weber: {name: Doctor Weber}
    ben: {name: Ben, hours: {tuesday: 08:00-12:00}}
  services:
    cleaning: {name: {en: cleaning, de: Zahnreinigung}, duration: 45m, after: 15m}
    checkup: {duration: 30m, persons: [weber]}
";

pub struct Practice {
    pub store: Store,
    pub house: House,
    pub desk: Desk,
    pub tools: Toolbox,
    _folder: TempDir,
}

pub fn clock() -> Clock {
    Arc::new(|| "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap())
}

pub fn now_ms() -> i64 {
    clock()().as_millisecond()
}

impl Practice {
    pub async fn open() -> Self {
        Self::open_with("", false).await
    }

    /// `more`: more of the business file.
    pub async fn open_with(more: &str, by_mail: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let business = Arc::new(Business::parse(&format!("{FILE}{more}")).unwrap());
        let house = House::new(store.clone(), business.clone(), clock());
        let plan = Plan::new(business).unwrap();
        let desk = Desk::new(store.clone(), plan, clock(), vec!["weber".to_owned()]);
        let tools = Toolbox::new(Arc::new(StoreBook::new(store.clone(), clock())), ToolboxSettings::default());
        for tool in business_tools(&house, Some(&desk), by_mail) {
            tools.add(tool);
        }
        Self { store, house, desk, tools, _folder: folder }
    }

    /// A call from this number that is in the books.
    pub async fn call(&self, from: &str) -> Caller<'_> {
        let id: CallId = fresh_id(now_ms());
        let call = NewCall {
            id,
            direction: Direction::Inbound,
            from: self.store.address(from),
            to: self.store.address("sip:desk@example.org"),
            number: "desk".to_owned(),
            trunk: None,
            member: None,
            flow: None,
            flow_version: None,
            agent: Some("desk".to_owned()),
            agent_version: None,
            language: "en".to_owned(),
            variables: Map::new(),
            webhook: None,
            origin: call_model::CallOrigin::default(),
            started_ms: now_ms(),
        };
        self.store.begin_call(call).await.unwrap();
        Caller { practice: self, id, from: from.to_owned(), verified: Verified::Number, language: "en".to_owned() }
    }
}

#[derive(Clone)]
pub struct Caller<'a> {
    practice: &'a Practice,
    pub id: CallId,
    from: String,
    pub verified: Verified,
    pub language: String,
}

impl Caller<'_> {
    pub fn request(&self, name: &str, arguments: Value) -> ToolRequest {
        ToolRequest {
            call: self.id,
            agent: "desk".to_owned(),
            language: self.language.clone(),
            name: name.to_owned(),
            once: format!("{}/{name}/{arguments}", self.id),
            arguments,
            caller: Some(self.from.clone()),
            number: "desk".to_owned(),
            contact: Map::new(),
            verified: self.verified,
            keys: BTreeMap::new(),
        }
    }

    pub async fn run(&self, name: &str, arguments: Value) -> Result<Value, ToolFailure> {
        self.practice.tools.run(self.request(name, arguments)).await
    }

    /// Runs it and expects that it goes well.
    #[track_caller]
    pub fn ok(&self, name: &str, arguments: Value) -> impl Future<Output = Value> {
        let name = name.to_owned();
        async move { self.run(&name, arguments).await.unwrap_or_else(|error| panic!("{name}: {error}")) }
    }

    /// Runs it and gives what a model is told of why not.
    pub async fn refused(&self, name: &str, arguments: Value) -> String {
        self.run(name, arguments).await.expect_err("it was done").to_string()
    }
}
