//! Users, sessions, and the log of what was done.

use call_model::UserId;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use store::{
    ActorKind, AuditEntry, AuditFilter, AuditResult, NewSession, NewUser, PageRequest, Role, StoreError, UserChange,
};

use super::support::{Books, NOW};

fn user(name: &str, role: Role) -> NewUser {
    NewUser {
        name: name.into(),
        display: name.to_uppercase(),
        role,
        member: None,
        password: None,
        openid: None,
        language: None,
    }
}

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        kind: ActorKind::Key,
        actor: Some("crm".into()),
        address: None,
        action: action.into(),
        object: Some("call_1".into()),
        result: AuditResult::Ok,
    }
}

#[tokio::test]
async fn the_log_is_only_added_to_and_goes_by_age() {
    let books = Books::open().await;
    let now: i64 = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap();
    books.store.add_audit(entry("old"), NOW).await.unwrap();
    books.store.add_audit(entry("new"), now).await.unwrap();
    let mut raw =
        SqliteConnectOptions::new().filename(books.folder.path().join("data/books.db")).connect().await.unwrap();
    for statement in ["UPDATE audit SET result = 'ok'", "DELETE FROM audit WHERE action = 'new'"] {
        assert!(sqlx::query(statement).execute(&mut raw).await.is_err(), "{statement}");
    }
    let all = books.store.audit(&AuditFilter::default(), &PageRequest::default()).await.unwrap().data;
    assert_eq!(all.iter().map(|it| it.entry.action.as_str()).collect::<Vec<_>>(), ["new", "old"]);
    let between = async |from_ms: Option<i64>, to_ms: Option<i64>| {
        let filter = AuditFilter { from_ms, to_ms, ..AuditFilter::default() };
        let found = books.store.audit(&filter, &PageRequest::default()).await.unwrap().data;
        found.into_iter().map(|it| it.entry.action).collect::<Vec<_>>()
    };
    assert_eq!(between(Some(now), None).await, ["new"]);
    assert_eq!(between(Some(now + 1), None).await, Vec::<String>::new());
    assert_eq!(between(Some(NOW), Some(now + 1)).await, ["new", "old"]);
    assert!(!between(None, Some(now)).await.contains(&"new".to_owned()));
    assert_eq!(books.store.prune_audit(NOW, 10).await.unwrap(), 0);
    assert_eq!(books.store.prune_audit(now + 60_000, 10).await.unwrap(), 1, "the last week stays");
    let filter = AuditFilter { action: Some("new".into()), object: Some("call_1".into()), ..AuditFilter::default() };
    assert_eq!(books.store.audit(&filter, &PageRequest::default()).await.unwrap().data.len(), 1);
    let other = AuditFilter { actor: Some("nobody".into()), ..AuditFilter::default() };
    assert!(books.store.audit(&other, &PageRequest::default()).await.unwrap().data.is_empty());
}

#[tokio::test]
async fn somebody_is_always_left_who_may_do_everything() {
    let books = Books::open().await;
    let anna = books.store.add_user(user("anna", Role::Admin), NOW).await.unwrap();
    let ben = books.store.add_user(user("ben", Role::Manager), NOW).await.unwrap();
    assert!(matches!(books.store.add_user(user("ben", Role::Member), NOW).await, Err(StoreError::Conflict(_))));
    let role = |role| UserChange { role: Some(role), ..UserChange::default() };
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    for change in [role(Role::Member), disabled.clone()] {
        assert!(matches!(books.store.change_user(anna.id, change, NOW).await, Err(StoreError::Conflict(_))));
    }
    assert!(matches!(books.store.delete_user(anna.id).await, Err(StoreError::Conflict(_))));
    books.store.change_user(ben.id, role(Role::Admin), NOW).await.unwrap();
    assert!(books.store.delete_user(anna.id).await.unwrap());
    assert!(!books.store.delete_user(anna.id).await.unwrap());
}

#[tokio::test]
async fn sessions_are_few_and_end_with_their_user() {
    let books = Books::open().await;
    books.store.add_user(user("anna", Role::Admin), NOW).await.unwrap();
    let ben = books.store.add_user(user("ben", Role::Reviewer), NOW).await.unwrap();
    let new = |user: UserId, n: u8| NewSession {
        user,
        hash: [n; 32],
        until_ms: NOW + 1_000,
        address: None,
        agent: None,
        most: 2,
    };
    for n in 0..3 {
        books.store.begin_session(new(ben.id, n), NOW + i64::from(n)).await.unwrap();
    }
    assert!(books.store.session([0; 32]).await.unwrap().is_none(), "the one not used for longest");
    assert_eq!(books.store.sessions(Some(ben.id)).await.unwrap().len(), 2);
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    books.store.change_user(ben.id, disabled, NOW).await.unwrap();
    assert!(books.store.sessions(None).await.unwrap().is_empty());
    // A code of a step is good once, and none before it.
    assert!(books.store.use_totp_step(ben.id, 7).await.unwrap());
    assert!(!books.store.use_totp_step(ben.id, 7).await.unwrap());
    assert!(!books.store.use_totp_step(ben.id, 6).await.unwrap());
}

#[tokio::test]
async fn the_first_link_is_for_the_first_alone() {
    let books = Books::open().await;
    books.store.add_link(None, [1; 32], NOW + 10).await.unwrap();
    books.store.add_link(None, [2; 32], NOW + 10).await.unwrap();
    let first = |hash, now| books.store.add_first_user(hash, user("anna", Role::Admin), now);
    assert_eq!(first([1; 32], NOW).await.unwrap(), None, "the newest alone holds");
    assert_eq!(first([2; 32], NOW + 10).await.unwrap(), None, "and not for ever");
    assert!(first([2; 32], NOW).await.unwrap().is_some());
    assert_eq!(first([2; 32], NOW).await.unwrap(), None);
    assert_eq!(books.store.link([2; 32], NOW).await.unwrap(), None);
}

#[tokio::test]
async fn an_account_at_a_provider_is_one_users_until_it_is_forgotten() {
    let books = Books::open().await;
    let anna = books.store.add_user(user("anna", Role::Admin), NOW).await.unwrap();
    let ben = books.store.add_user(user("ben", Role::Reviewer), NOW).await.unwrap();
    assert!(books.store.link_openid(anna.id, "https://login.example 1", NOW).await.unwrap());
    assert_eq!(books.store.user_by_openid("https://login.example 1").await.unwrap().unwrap().id, anna.id);
    assert!(!books.store.link_openid(anna.id, "https://login.example 2", NOW).await.unwrap(), "she has one");
    assert!(!books.store.link_openid(ben.id, "https://login.example 1", NOW).await.unwrap(), "it is somebody's");
    let forget = UserChange { forget_openid: true, ..UserChange::default() };
    assert_eq!(books.store.change_user(anna.id, forget, NOW).await.unwrap().openid, None);
    assert!(books.store.link_openid(ben.id, "https://login.example 1", NOW).await.unwrap());
    let kept = books.store.change_user(ben.id, UserChange::default(), NOW).await.unwrap();
    assert_eq!(kept.openid.as_deref(), Some("https://login.example 1"));
}
