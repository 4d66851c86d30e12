//! `callwright user`: who may sign in. By the Callwright that runs with this configuration, or else on its books.

use clap::{Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::{Value, json};
use store::{NewUser, Role, Store, UserChange, UserRecord};

use super::Failure;
use super::running::RunningHouse;
use crate::access::Access;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// List who may sign in
    List,
    /// Add somebody, and print the link by which they set a password
    Add {
        /// What they sign in with
        name: String,
        /// What they are
        #[arg(long, value_enum)]
        role: RoleWord,
        /// Name that is shown
        #[arg(long)]
        display: Option<String>,
        /// Name of the member whose phone is theirs
        #[arg(long)]
        member: Option<String>,
    },
    /// Print a link by which somebody sets a new password; it takes a second factor away, too
    Link {
        /// What they sign in with
        name: String,
    },
    /// Let somebody sign in no more, and end their sessions
    Disable {
        /// What they sign in with
        name: String,
    },
    /// Let somebody sign in again
    Enable {
        /// What they sign in with
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleWord {
    Admin,
    Manager,
    Member,
    Reviewer,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Admin => Self::Admin,
            RoleWord::Manager => Self::Manager,
            RoleWord::Member => Self::Member,
            RoleWord::Reviewer => Self::Reviewer,
        }
    }
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(super) fn run(command: UserCommand, config: &Config) -> Result<(), Failure> {
    let text = super::runtime()?.block_on(async {
        let house = RunningHouse::new(config)?;
        if house.lives().await {
            return by_house(&house, command).await;
        }
        let store = Store::open(crate::wiring::store_config(config)).await?;
        let done = by_books(&Access::new(store.clone(), crate::wiring::access_rules(config)), &store, command).await;
        store.close().await;
        done
    })?;
    println!("{text}");
    Ok(())
}

fn line(name: &str, role: &str, disabled: bool, active: bool) -> String {
    let state = match (disabled, active) {
        (true, _) => "disabled",
        (false, true) => "active",
        (false, false) => "invited",
    };
    format!("{name:<32} {role:<9} {state}")
}

fn table(lines: &[String]) -> String {
    if lines.is_empty() { "Nobody can sign in yet.".to_owned() } else { lines.join("\n") }
}

fn unknown(name: &str) -> Failure {
    format!("there is no user `{name}`: `callwright user list` names them").into()
}

async fn by_house(house: &RunningHouse, command: UserCommand) -> Result<String, Failure> {
    let users = house.ask(Method::GET, "/v1/users", None).await?;
    let users = users["data"].as_array().cloned().unwrap_or_default();
    let id = |name: &str| {
        let user = users.iter().find(|user| user["name"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(name)));
        user.and_then(|user| user["id"].as_str()).map(str::to_owned).ok_or_else(|| unknown(name))
    };
    let url = async |id: &str| -> Result<String, Failure> {
        let link = house.ask(Method::POST, &format!("/v1/users/{id}/link"), None).await?;
        Ok(link["url"].as_str().unwrap_or_default().to_owned())
    };
    Ok(match command {
        UserCommand::List => {
            let text = |user: &Value, key: &str| user[key].as_str().unwrap_or_default().to_owned();
            let show = |user: &Value| {
                line(&text(user, "name"), &text(user, "role"), user["disabled"] == true, user["active"] == true)
            };
            table(&users.iter().map(show).collect::<Vec<_>>())
        }
        UserCommand::Add { name, role, display, member } => {
            let members = house.ask(Method::GET, "/v1/members", None).await?;
            let member = match member {
                None => Value::Null,
                Some(name) => {
                    let all = members["data"].as_array().map(Vec::as_slice).unwrap_or_default();
                    let found = all.iter().find(|member| member["name"] == name.as_str());
                    found.ok_or_else(|| format!("there is no member `{name}`"))?["id"].clone()
                }
            };
            let new = json!({
                "name": name, "role": Role::from(role).as_str(), "display": display, "member": member,
            });
            let user = house.ask(Method::POST, "/v1/users", Some(&new)).await?;
            url(user["id"].as_str().unwrap_or_default()).await?
        }
        UserCommand::Link { name } => url(&id(&name)?).await?,
        UserCommand::Disable { name } => set_disabled(house, &id(&name)?, &name, true).await?,
        UserCommand::Enable { name } => set_disabled(house, &id(&name)?, &name, false).await?,
    })
}

async fn set_disabled(house: &RunningHouse, id: &str, name: &str, disabled: bool) -> Result<String, Failure> {
    house.ask(Method::PATCH, &format!("/v1/users/{id}"), Some(&json!({ "disabled": disabled }))).await?;
    Ok(told(name, disabled))
}

fn told(name: &str, disabled: bool) -> String {
    if disabled { format!("{name} may sign in no more.") } else { format!("{name} may sign in again.") }
}

async fn by_books(access: &Access, store: &Store, command: UserCommand) -> Result<String, Failure> {
    let find = async |name: &str| -> Result<UserRecord, Failure> {
        store.user_by_name(&name.to_lowercase()).await?.ok_or_else(|| unknown(name))
    };
    let disable = async |name: &str, disabled: bool| -> Result<String, Failure> {
        let user = find(name).await?;
        let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
        access.change_user(user.id, change).await?;
        Ok(told(name, disabled))
    };
    Ok(match command {
        UserCommand::List => {
            let show = |user: UserRecord| {
                let active = user.password.is_some() || user.openid.is_some();
                line(&user.name, user.role.as_str(), user.disabled, active)
            };
            table(&store.users().await?.into_iter().map(show).collect::<Vec<_>>())
        }
        UserCommand::Add { name, role, display, member } => {
            let member = match member {
                None => None,
                Some(name) => {
                    let found = store.members().await?.into_iter().find(|member| member.name == name);
                    Some(found.ok_or_else(|| format!("there is no member `{name}`"))?.id)
                }
            };
            let display = display.unwrap_or_else(|| name.clone());
            let role = role.into();
            let new = NewUser { name, display, role, member, password: None, openid: None, language: None };
            let user = access.add_user(new).await?;
            access.link_for(&user).await?.url
        }
        UserCommand::Link { name } => access.link_for(&find(&name).await?).await?.url,
        UserCommand::Disable { name } => disable(&name, true).await?,
        UserCommand::Enable { name } => disable(&name, false).await?,
    })
}
