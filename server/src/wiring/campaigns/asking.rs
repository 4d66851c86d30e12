//! Asks the segments of campaigns whom they have.

use campaigns::Spec;
use campaigns::audience::Defaults;
use campaigns::runner::AskError;
use store::{AskedStory, CampaignRecord};

use super::CampaignHouse;
use crate::api::{Segment, SegmentError};

impl CampaignHouse {
    /// What holds where neither a row nor the campaign says.
    pub(super) fn defaults(&self) -> Defaults {
        let directory = self.switchboard.directory();
        Defaults {
            country: Some(directory.country.clone()),
            language: Some(self.config.business.language.clone()),
            time_zone: None,
            clock: self.shelves.flows.business().time_zone.iana_name().map(str::to_owned),
        }
    }

    /// Keeps in the books whom the segment of a campaign has now, under this asking.
    pub(super) async fn ask_segment(
        &self,
        campaign: &CampaignRecord,
        spec: &Spec,
        asked_ms: i64,
    ) -> Result<(), AskError> {
        let unfit = |error| match error {
            SegmentError::Books(error) => AskError::Books(error),
            SegmentError::Unfit(why) => AskError::Unfit(why),
        };
        let mut segment = Segment::open(&self.store, spec, &self.defaults()).await.map_err(unfit)?;
        while let Some(page) = segment.next(&self.store, spec).await? {
            if page.is_empty() {
                continue;
            }
            if !self.store.keep_asked(campaign.id, asked_ms, page, crate::api::now_ms()).await? {
                // It is asked anew, by somebody else.
                return Ok(());
            }
        }
        let story = AskedStory { campaign: campaign.id, asked_ms, story: segment.told() };
        self.store.tell_asked(story).await?;
        Ok(())
    }
}
