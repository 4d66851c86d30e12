//! Lists of rows: what a filter lets through, a page at a time.

use sqlx::{Encode, QueryBuilder, Sqlite, Type};

use super::row::Record;
use crate::{NewId, Page, PageRequest, Store, StoreError};

/// A list that is asked for: a statement to which each condition is added.
pub(super) struct List(QueryBuilder<Sqlite>);

impl List {
    /// What `statement` selects; it ends in a condition, `WHERE 1` where there is none.
    pub(super) fn of(statement: impl Into<String>) -> Self {
        Self(QueryBuilder::new(statement))
    }

    /// Where a value is wanted, only the rows whose column compares so with it: `comparison` is such as `state =`.
    pub(super) fn only<'v, V>(&mut self, comparison: &'static str, wanted: Option<V>) -> &mut Self
    where
        V: Encode<'v, Sqlite> + Type<Sqlite>,
    {
        if let Some(value) = wanted {
            self.0.push(" AND ").push(comparison).push(" ").push_bind(value);
        }
        self
    }

    /// [`only`](Self::only) for an id, which is kept as text.
    pub(super) fn only_id(&mut self, comparison: &'static str, wanted: Option<impl ToString>) -> &mut Self {
        self.only(comparison, wanted.map(|id| id.to_string()))
    }

    /// Adds a condition of another shape, with the `AND` before it.
    pub(super) fn sql(&mut self, condition: &'static str) -> &mut QueryBuilder<Sqlite> {
        self.0.push(condition)
    }

    /// How the page would be found.
    #[cfg(test)]
    pub(super) async fn plan(&mut self, store: &Store, key: &'static str) -> Result<Vec<String>, StoreError> {
        self.0.push(" ORDER BY ").push(key).push(" DESC LIMIT 51");
        let rows = self.0.build().fetch_all(store.readers()).await?;
        rows.iter().map(|row| super::row::Reader { row, table: "plan" }.text("detail")).collect()
    }

    /// The first `limit` rows in this order.
    pub(super) async fn first<R: Record>(
        &mut self,
        store: &Store,
        order: &'static str,
        limit: u32,
    ) -> Result<Vec<R>, StoreError> {
        self.0.push(" ORDER BY ").push(order).push(" LIMIT ").push_bind(limit);
        R::from_rows(&self.0.build().fetch_all(store.readers()).await?)
    }

    /// One page, newest first. `key`: the column of the id by which the rows are ordered.
    pub(super) async fn page<R: Record, I: NewId + ToString>(
        &mut self,
        store: &Store,
        page: &PageRequest,
        key: &'static str,
        id: impl Fn(&R) -> I,
    ) -> Result<Page<R>, StoreError> {
        if let Some(cursor) = &page.cursor {
            self.0.push(" AND ").push(key).push(" < ").push_bind(cursor.id(I::PREFIX));
        }
        let limit = page.clamped();
        self.0.push(" ORDER BY ").push(key).push(" DESC LIMIT ").push_bind(limit + 1);
        let rows = self.0.build().fetch_all(store.readers()).await?;
        Ok(Page::from_rows(R::from_rows(&rows)?, limit, id))
    }
}
