//! What comes with the program: a campaign that names a flow or an agent of `templates/` finds it in the books.

use campaigns::{App, Spec};
use store::StoreError;

use super::super::state::{ApiState, BooksChange};
use super::now_ms;
use crate::templates::{self, TemplateApp};

/// Puts into the books what the campaign names, where it is not there and is one of ours.
pub(super) async fn provide(state: &ApiState, yaml: &str) -> Result<(), StoreError> {
    // What cannot be read is told by who checks it.
    let Ok(spec) = Spec::parse(yaml) else { return Ok(()) };
    let apps = std::iter::once(&spec.app).chain(spec.variants.iter().filter_map(|variant| variant.app.as_ref()));
    for app in apps {
        let (App::Flow(name) | App::Agent(name)) = app else { continue };
        let Some(template) = templates::named(name) else { continue };
        match (app, template.app) {
            (App::Flow(_), TemplateApp::Flow(yaml)) if state.store().flow(name).await?.is_none() => {
                state.store().put_flow(name, yaml, now_ms()).await?;
                state.calls().books_changed(BooksChange::Flows).await;
            }
            (App::Agent(_), TemplateApp::Agent(yaml)) if state.store().agent(name).await?.is_none() => {
                state.store().put_agent(name, yaml, now_ms()).await?;
                state.calls().books_changed(BooksChange::Agents).await;
            }
            _ => {}
        }
    }
    Ok(())
}
