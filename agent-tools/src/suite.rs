//! All tools of the business.

use std::sync::Arc;

use crate::calendar::{BookAppointment, CancelAppointment, Desk, FindSlots, MyAppointments, RescheduleAppointment};
use crate::{
    CreateTicket, House, LookUpContact, LookUpTicket, OptOut, QualifyLead, RecordSurveyAnswer, RequestCallback,
    SendConfirmation, TakeMessage, Tool, UpdateContact, Verify,
};

/// The tools of the business; those of the calendar only where something can be booked. `by_mail`: a mail server is
/// configured; else confirmations are told to webhooks.
pub fn business_tools(house: &House, desk: Option<&Desk>, by_mail: bool) -> Vec<Arc<dyn Tool>> {
    let mut tools: Vec<Arc<dyn Tool>> = vec![
        Arc::new(CreateTicket(house.clone())),
        Arc::new(LookUpTicket(house.clone())),
        Arc::new(LookUpContact(house.clone())),
        Arc::new(UpdateContact(house.clone())),
        Arc::new(OptOut(house.clone())),
        Arc::new(TakeMessage(house.clone())),
        Arc::new(RequestCallback(house.clone())),
        Arc::new(Verify(house.clone())),
        Arc::new(QualifyLead(house.clone())),
        Arc::new(RecordSurveyAnswer(house.clone())),
        Arc::new(SendConfirmation { house: house.clone(), desk: desk.cloned(), by_mail }),
    ];
    if let Some(desk) = desk {
        tools.push(Arc::new(FindSlots(desk.clone())));
        tools.push(Arc::new(BookAppointment(desk.clone())));
        tools.push(Arc::new(RescheduleAppointment(desk.clone())));
        tools.push(Arc::new(CancelAppointment(desk.clone())));
        tools.push(Arc::new(MyAppointments(desk.clone())));
    }
    tools
}
