// Made by `npm run schema` from the server's OpenAPI document. Do not edit.

export interface paths {
    "/calendar/{feed}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person's calendar as iCalendar (RFC 5545), for calendar programs. Its address is secret and needs no key. */
        get: operations["getFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, for people. */
        get: operations["docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the program lives. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counters and gauges in the text format of Prometheus. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, for programs. */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether calls can be taken. The problem document of a 503 names what is wrong in `checks`. */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The active versions of all agents, by name. */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of an agent, with its text. */
        get: operations["getAgent"];
        /**
         * Makes the text the agent's active version, when it has no fault. Earlier versions stay; the same text again changes
         *     nothing.
         */
        put: operations["putAgent"];
        post?: never;
        /**
         * Removes an agent with all its versions. Running calls keep what they began with; an agent that a number is answered
         *     by stays.
         */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}/rehearsal-scripts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rehearsals of an agent that are kept, by name: files of the business, and what was written here. */
        get: operations["listRehearsalScripts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}/rehearsal-scripts/{script}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps a rehearsal of an agent, when it has no fault. It goes before a file of the same name. */
        put: operations["putRehearsalScript"];
        post?: never;
        /** Forgets a rehearsal that was written here; a file of the same name holds again. */
        delete: operations["deleteRehearsalScript"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}/rehearsals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs of an agent since the program began, the newest first, without what was said. */
        get: operations["listRehearsals"];
        put?: never;
        /**
         * Begins to rehearse an agent, beside the calls. Each call is held in text and virtual time, in books of its own that are
         *     thrown away: nobody is called, no system outside is asked, no webhook is told. Ask for the run until its `state` is no
         *     longer `running`.
         */
        post: operations["beginRehearsals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}/rehearsals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run with its table and what was said. */
        get: operations["getRehearsals"];
        put?: never;
        post?: never;
        /** Stops a run; what is over by itself stays as it is. */
        delete: operations["stopRehearsals"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every version of an agent, newest first. */
        get: operations["listAgentVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Appointments from a day on, the earliest first; at most 1,000. */
        get: operations["listAppointments"];
        put?: never;
        /** Books an appointment. */
        post: operations["bookAppointment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One appointment. */
        get: operations["getAppointment"];
        put?: never;
        post?: never;
        /** Cancels an appointment. It stays in the books. */
        delete: operations["cancelAppointment"];
        options?: never;
        head?: never;
        /** Gives an appointment another time, in one step: it has the old one until it has the new one. */
        patch: operations["moveAppointment"];
        trace?: never;
    };
    "/v1/appointments/{id}/ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One appointment as iCalendar (RFC 5545). */
        get: operations["getAppointmentIcs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, newest first. With `Accept: text/csv` as a table, of the newest 50,000 entries. */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All bans, those that last longest first. */
        get: operations["listBans"];
        put?: never;
        post?: never;
        /** Lifts the bans of a source, or all. */
        delete: operations["liftBans"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be booked, and with whom. */
        get: operations["getCalendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calendar/{person}/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a person's calendar a new address: the old one leads nowhere from now on. */
        post: operations["renewFeed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calendar/slots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Free times for a wish; the nearest to it where there are none. */
        get: operations["listSlots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, newest first. Who has the role `member` sees those that they took part in. */
        get: operations["listCalls"];
        put?: never;
        /**
         * Places a call that runs a flow, lets an agent talk or speaks a text.
         * @description With the header `Idempotency-Key` the same request can be sent again without a second call: for a day, the same
         *     key gives the call that was placed.
         */
        post: operations["placeCall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call, with its legs and their quality once it is over. */
        get: operations["getCall"];
        put?: never;
        post?: never;
        /** Ends a call. An ended call is left as it is. */
        delete: operations["hangUpCall"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was captured so far, as a file for Wireshark: the kept signalling of the call, and the RTP packets since the
         *     capture began. The header `Capture-State` says `running` or `done`, `Capture-Dropped` how many packets there was no
         *     room for. It is forgotten `telemetry.capture_minutes` after its end, and with the program.
         */
        get: operations["getCapture"];
        put?: never;
        /**
         * Begins to capture a running call, in memory, within the bounds of `telemetry.capture_mib` and `capture_seconds`. Only
         *     keys that `telemetry.capture_keys` names may.
         */
        post: operations["beginCapture"];
        /** Ends a capture and forgets what it has. */
        delete: operations["endCapture"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The lines of a call that should read otherwise than they were heard. The transcript carries them as `corrected`. */
        get: operations["listCorrections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/corrections/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says what a line should read. What was heard stays beside it. */
        put: operations["putCorrection"];
        post?: never;
        /** The line is right as it was heard. */
        delete: operations["deleteCorrection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The events of a call, newest first. */
        get: operations["listCallEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/insights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was made of a call after its end: outcome, summary, topics, sentiment, fields. */
        get: operations["getCallInsights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/insights/again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes through an ended call once more: redaction by the patterns of today, and what is made of it. */
        post: operations["remakeCallInsights"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One call as it goes on, by WebSocket: first its lines, turns and tools so far, then what happens, until it is filed.
         * @description Each message is a JSON text as described here. A page in a browser, which can set no header, offers the protocols
         *     `callwright` and `bearer.KEY` instead.
         */
        get: operations["watchCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The notes about a call, newest first. */
        get: operations["listCallNotes"];
        put?: never;
        /** Writes a note about a call, or about a moment of it. */
        post: operations["addCallNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/notes/{note}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a note. */
        delete: operations["deleteCallNote"];
        options?: never;
        head?: never;
        /** Changes a note. */
        patch: operations["changeCallNote"];
        trace?: never;
    };
    "/v1/calls/{id}/recording": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The recording of a call: stereo WAV, the caller on the left, our side on the right. Takes `Range`. */
        get: operations["getCallRecording"];
        put?: never;
        /** Pauses or resumes the recording of a running call. A pause is silence in the file, so that times stay right. */
        post: operations["switchCallRecording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/signalling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The SIP messages of a call and all its legs, as long as they are kept (`telemetry.signalling_minutes`). With
         *     `Accept: text/plain` as a ladder, with `Accept: application/vnd.tcpdump.pcap` as a file for Wireshark.
         */
        get: operations["getCallSignalling"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/supervision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a member take part in a running call: their phone rings, in the browser or on the desk, and who answers takes part.
         *     Whether the caller has to know is a matter of law: see `supervision.announce` of the configuration.
         */
        post: operations["superviseCall"];
        /** Lets who supervises a call go; the others talk on. */
        delete: operations["endSupervision"];
        options?: never;
        head?: never;
        /** Lets who supervises a call take part in another way. */
        patch: operations["changeSupervision"];
        trace?: never;
    };
    "/v1/calls/{id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of a call. */
        get: operations["getCallTags"];
        /** Gives a call these tags, in place of those that it had. */
        put: operations["putCallTags"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/transcript": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said in a call, as JSON, WebVTT or text.
         * @description While the call goes on it holds what is final so far; the event `transcript.ready` says that it is complete. In
         *     WebVTT the times are the recording's, so that a player shows each line when it is heard; uses of tools are comments.
         */
        get: operations["getCallTranscript"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calls/{id}/waveform": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How loud both voices of the recording are from moment to moment. What is silenced in the recording is silent here. */
        get: operations["getCallWaveform"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Campaigns, newest first. */
        get: operations["listCampaigns"];
        put?: never;
        /**
         * Makes a campaign, as a draft: nobody is called. Its name is that of its text.
         * @description The body is its text, or a form with the text, the table of its contacts and `keep_good`: then the campaign is made
         *     with its contacts, or not at all.
         */
        post: operations["createCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One campaign, with its text. `{id}`: its id or its name. */
        get: operations["getCampaign"];
        /** Gives a draft or a paused campaign another text, as its next version. The name stays. */
        put: operations["putCampaign"];
        post?: never;
        /** Removes a campaign with its contacts and attempts; its calls stay. */
        delete: operations["deleteCampaign"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The contacts of a campaign with every attempt, in the order in which they were added. */
        get: operations["listCampaignContacts"];
        put?: never;
        /**
         * Adds the contacts of a table in CSV whose first line names the columns. Where a row has a fault nothing is taken,
         *     unless `keep_good` is said.
         */
        post: operations["addCampaignContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs a campaign through without a call: who would be called when, and who not, and why. */
        get: operations["dryRunCampaign"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/pace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes the pace, also while it runs. */
        put: operations["setCampaignPace"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pauses a campaign: calls that go on end as they would, and no other is made. */
        post: operations["pauseCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a contact would hear: the text is filled in and nobody is called. */
        get: operations["previewCampaign"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/preview/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The member takes the contact that is shown: it is called now, and whoever answers is put through to the member. */
        post: operations["acceptCampaignPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/preview/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Shows a member of the campaign's queue the next contact, in the pace `preview`. Who is shown one gets the same again
         *     until they take it, skip it, or the time is over.
         */
        post: operations["nextCampaignPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/preview/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The member does not take the contact that is shown: it waits. */
        post: operations["skipCampaignPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a campaign stands now. */
        get: operations["getCampaignProgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What came of a campaign: in sum as JSON, or by contact as CSV. */
        get: operations["getCampaignResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on with a paused campaign. */
        post: operations["resumeCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/rounds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rounds of a campaign that recurs, newest first. */
        get: operations["listCampaignRounds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a campaign: it calls from now on, as its rules and its schedule let it. */
        post: operations["startCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a campaign for good: calls that go on end as they would, and no other is made. */
        post: operations["stopCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Calls oneself with what a contact would hear. No attempt is written down. */
        post: operations["testCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/campaigns/{id}/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds one contact, such as for a call 24 h before an appointment. The same number and key again change nothing. */
        post: operations["triggerCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Consents, newest first. */
        get: operations["listConsents"];
        put?: never;
        /** Writes a consent down. */
        post: operations["addConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One consent. */
        get: operations["getConsent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a consent that was asked for elsewhere than by a call: by a link in a mail. */
        post: operations["answerConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraws a consent, and every other one of the same number, channel and purpose. */
        post: operations["withdrawConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/consents/opt-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Double opt-in: writes down that a consent is asked for, and places the call that asks. The answer is written down by
         *     the call, with the call as its evidence.
         */
        post: operations["askForConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Contacts, newest first. */
        get: operations["listContacts"];
        put?: never;
        /** Makes a contact. */
        post: operations["addContact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One contact, with the newest of its timeline. */
        get: operations["getContact"];
        put?: never;
        post?: never;
        /**
         * Removes a contact, with its notes and consents. Its calls stay in the books, and so does what it said no to. To
         *     remove everything: `POST /v1/erasures`.
         */
        delete: operations["deleteContact"];
        options?: never;
        head?: never;
        /** Changes a contact. */
        patch: operations["changeContact"];
        trace?: never;
    };
    "/v1/contacts/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that is kept of one person, as a ZIP: `person.json`, and the sound of its calls and messages. */
        get: operations["getContactArchive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes two contacts one. The first keeps what it has, gets what it lacks, and all numbers, tags, calls and the rest of
         *     the other; where both say something else, a note keeps what the other said.
         */
        post: operations["mergeContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/merges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The merges into a contact, newest first. */
        get: operations["listMerges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The notes about a contact, newest first. */
        get: operations["listNotes"];
        put?: never;
        /** Writes a note about a contact. */
        post: operations["addNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/notes/{note}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a note. */
        delete: operations["deleteNote"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a contact a PIN, by which callers are verified. What was wrong before is forgotten, and a lock opened. */
        put: operations["setContactPin"];
        post?: never;
        /** Takes a contact's PIN away. */
        delete: operations["removeContactPin"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The calls, voicemails, consents and notes of a contact, newest first. */
        get: operations["getContactTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Contacts that look like one person: one names what is the number of the other. At most 1,000 pairs. */
        get: operations["listDuplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exports contacts as a table, as it can be imported again, or as JSON. */
        get: operations["exportContacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Imports contacts: a CSV file with a line of headings (UTF-8; commas, semicolons or tabs), or a JSON list.
         * @description Numbers become E.164. Every bad row and every duplicate is told by its line. Where there are any, nothing is kept,
         *     unless `keep_good` says so. Who is not to be called stays so: suppressions are kept apart from contacts.
         */
        post: operations["importContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What language models have cost on a day, by agent and brain, with the limits. */
        get: operations["getCosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/do-not-call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The do-not-call lists, by name. */
        get: operations["listDoNotCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/do-not-call/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Imports a do-not-call list in the place of the one of this name: a number a line, or a table whose first column is
         *     the number. It is read as it comes, and counts once it is whole; a file may have millions of lines.
         */
        put: operations["putDoNotCall"];
        post?: never;
        /** Removes a do-not-call list. */
        delete: operations["deleteDoNotCall"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a running server can find out about itself: trunks, numbers, its address, clock, disk, limits and certificates.
         *     Nobody outside is asked. The same is told for ten seconds. `callwright doctor` looks at more.
         */
        get: operations["examine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Erasures, newest first; at most 1,000. With a number: what proves that it was erased. */
        get: operations["listErasures"];
        put?: never;
        /**
         * Erases a person: the contact, its calls with recordings, transcripts and voicemails, the events that tell of them,
         *     tickets, consents. What is left is that and when it was done, with salted digests of the numbers, and a suppression,
         *     if there was one, under such a digest. It is done beside the answer, and goes on after a restart.
         */
        post: operations["erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One erasure. */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events, newest first. */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One event. */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The active versions of all flows, newest first. */
        get: operations["listFlows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/flows/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of a flow, with its text. */
        get: operations["getFlow"];
        /**
         * Makes the text the flow's active version, when it has no fault. Earlier versions stay; the same text again changes
         *     nothing.
         */
        put: operations["putFlow"];
        post?: never;
        /**
         * Removes a flow with all its versions. Running calls keep what they began with; a flow that a number is answered by
         *     stays.
         */
        delete: operations["deleteFlow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/flows/{name}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often each node of a version was walked, by name. A node that no call came to is not named. */
        get: operations["listFlowNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/flows/{name}/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Runs a flow by typing, in virtual time: nothing is called, asked or kept, and nothing waits. */
        post: operations["tryFlow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/flows/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every version of a flow, newest first. */
        get: operations["listFlowVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follow-ups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow-ups, newest first. */
        get: operations["listFollowUps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/follow-ups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One follow-up. */
        get: operations["getFollowUp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Says that a follow-up is done, or is to be done after all. */
        patch: operations["changeFollowUp"];
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All keys, by name. */
        get: operations["listKeys"];
        put?: never;
        /** Makes a key. What makes it one is shown once: keep it where your program finds it. */
        post: operations["addKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes a key: requests with it are refused from then on. The key that asks cannot revoke itself, so that there is
         *     always one left.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All documents and web sites, by name. */
        get: operations["listKnowledge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge-gaps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The questions that the documents do not answer, the most frequent first. */
        get: operations["listKnowledgeGaps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge-gaps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a question, or puts it aside. */
        post: operations["closeKnowledgeGap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them. */
        get: operations["getKnowledge"];
        /**
         * Puts a document, as its bytes with its media type, or a web site, as JSON with its address, in the place of what had
         *     this name. A document is read at once; a web site in the background. Agents that name it know it from their next call
         *     on.
         */
        put: operations["putKnowledge"];
        post?: never;
        /** Removes a document or a web site with its passages. */
        delete: operations["deleteKnowledge"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge/{name}/passages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its passages, in their order. */
        get: operations["listPassages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All calls as they go on, and all campaigns in sum, by WebSocket: what happens from now on.
         * @description Each message is a JSON text as described here. A page in a browser, which can set no header, offers the protocols
         *     `callwright` and `bearer.KEY` instead.
         */
        get: operations["watchCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All members, newest first. */
        get: operations["listMembers"];
        put?: never;
        /** Makes a member. */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One member. */
        get: operations["getMember"];
        put?: never;
        post?: never;
        /** Removes a member: its phones can neither register nor be reached from then on. */
        delete: operations["deleteMember"];
        options?: never;
        head?: never;
        /** Changes a member. */
        patch: operations["changeMember"];
        trace?: never;
    };
    "/v1/merges/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a merge back: the contact that is gone is there again, with what was its own. */
        post: operations["undoMerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All numbers, newest first. */
        get: operations["listNumbers"];
        put?: never;
        /** Makes a number. */
        post: operations["addNumber"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/numbers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One number. */
        get: operations["getNumber"];
        put?: never;
        post?: never;
        /** Removes a number: calls to it are refused from then on. */
        delete: operations["deleteNumber"];
        options?: never;
        head?: never;
        /** Changes a number. Running calls go on as they began. */
        patch: operations["changeNumber"];
        trace?: never;
    };
    "/v1/phone/registration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the signed-in member a login for a phone in the browser: for a while, and no longer than the session. It is
         *     not the member's own password.
         */
        post: operations["registerPhone"];
        /** Ends the logins that this session, or this key, was given: its pages are no phones any more. Calls go on. */
        delete: operations["unregisterPhone"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/phone/script": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What to follow in a call that your phone rings or talks in: the script of its campaign, else of the queue by which it
         *     came. A request with an API key may ask for any call.
         */
        get: operations["getCallScript"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/phone/sip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * SIP over WebSocket (RFC 7118) for the phone in the browser, with the subprotocol `sip`.
         * @description A page that uses a key offers `bearer.KEY` as another subprotocol.
         */
        get: operations["speakSip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All members and whether they can be reached, by name. What changes comes as `presence` on `/v1/live`. */
        get: operations["listPresence"];
        /** Says that you take no callers, or that you do again. Who is not a member has nothing to say here. */
        put: operations["setOwnPresence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All queues, by name. */
        get: operations["listQueues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is counted of calls: volume, answers, waiting, talking, what was done without people, and how callers felt. */
        get: operations["getReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All segments, by name. */
        get: operations["listSegments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One segment. */
        get: operations["getSegment"];
        /** Puts a segment in the place of what had this name. */
        put: operations["putSegment"];
        post?: never;
        /** Removes a segment. Its contacts stay. */
        delete: operations["deleteSegment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/segments/{name}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The contacts of a segment, the oldest first. */
        get: operations["listSegmentContacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and what they may do. */
        get: operations["getSession"];
        put?: never;
        /** Signs in: the answer sets the cookie of the session. */
        post: operations["signIn"];
        /** Signs out. */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a password by a one-time link, and signs in. The link of the first start makes the first admin. */
        post: operations["useLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/openid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Goes to the provider's page. A browser opens this; the console's sign-in page links to it. */
        get: operations["signInByOpenId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/openid/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the one-time code that is asked for after the provider: the answer sets the cookie of the session. */
        post: operations["giveOpenIdCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/openid/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comes back from the provider's page: this is the address to register there. */
        get: operations["returnFromOpenId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in here. */
        get: operations["signInOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's own password. All sessions end; the answer sets the cookie of a new one. */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Takes the second factor into use, by the code that the app shows. */
        put: operations["confirmSecondFactor"];
        /** A secret for one-time codes (RFC 6238). It is asked for once a code of it was given by `PUT`. */
        post: operations["proposeSecondFactor"];
        /** Takes the second factor away, by one of its codes. */
        delete: operations["removeSecondFactor"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what is shown of oneself. */
        patch: operations["changeOwnUser"];
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sessions that hold: one's own, or those of all users. */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a session at once: one's own, or for who may change users, anybody's. */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings that can be changed while the program runs. */
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings/{section}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets a section: it goes before the file, and holds at once. What is wrong is told by field, as `faults`. */
        put: operations["putSetting"];
        post?: never;
        /** Takes a section back: what the file says holds again. */
        delete: operations["deleteSetting"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the books say about calling a number for a purpose. */
        get: operations["getStanding"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is not to be called, newest first; at most 1,000. */
        get: operations["listSuppressions"];
        put?: never;
        /**
         * Writes down that a number is not to be called, and with it every other number of its contact. It stays when the
         *     contact is removed, imported again or erased. What was written down before stays as it was.
         */
        post: operations["suppress"];
        /** Lifts a suppression: the person asked to be called again. */
        delete: operations["liftSuppression"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags that calls have, those of most calls first. */
        get: operations["listTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tickets, newest first. */
        get: operations["listTickets"];
        put?: never;
        /** Makes a ticket. */
        post: operations["addTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One ticket. */
        get: operations["getTicket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes a ticket. */
        patch: operations["changeTicket"];
        trace?: never;
    };
    "/v1/transcripts/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lines of all transcripts that hold all the words, newest first. */
        get: operations["searchTranscripts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All trunks, newest first, with their states. */
        get: operations["listTrunks"];
        put?: never;
        /** Makes a trunk; it is used at once. */
        post: operations["addTrunk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trunks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One trunk, with its state. */
        get: operations["getTrunk"];
        put?: never;
        post?: never;
        /** Removes a trunk, when no number is on it. */
        delete: operations["deleteTrunk"];
        options?: never;
        head?: never;
        /** Changes a trunk. Running calls go on. */
        patch: operations["changeTrunk"];
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All users, by name. */
        get: operations["listUsers"];
        put?: never;
        /** Adds a user. `POST /v1/users/{id}/link` gives the link of their invitation. */
        post: operations["addUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user. */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /** Removes a user. What they did stays in the audit log by their id. */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /** Changes a user. The last admin stays one. */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/v1/users/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a one-time link by which a user sets a password: an invitation, or a reset, which takes a second factor away,
         *     too. Earlier links hold no more.
         */
        post: operations["linkUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/voicemails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Voicemails, newest first. */
        get: operations["listVoicemails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/voicemails/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One voicemail. */
        get: operations["getVoicemail"];
        put?: never;
        post?: never;
        /** Removes a voicemail and its sound. */
        delete: operations["deleteVoicemail"];
        options?: never;
        head?: never;
        /** Marks a voicemail as heard, or as not heard. */
        patch: operations["changeVoicemail"];
        trace?: never;
    };
    "/v1/voicemails/{id}/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sound of a voicemail, as WAV. Takes `Range`. */
        get: operations["getVoicemailAudio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks, newest first. */
        get: operations["listWebhooks"];
        put?: never;
        /** Makes a webhook. The answer shows its secret, once: check every event by it. */
        post: operations["addWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Removes a webhook, with everything that waits for it. */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Changes a webhook. Events that wait are sent by the new settings. */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was or will be sent to a webhook, newest event first. */
        get: operations["listDeliveries"];
        put?: never;
        /** Sends an event to a webhook now, whether it was sent before or not, under the event's own id. */
        post: operations["resendEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{event}/again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends the event of a delivery to the webhook once more, under the event's own id. */
        post: operations["resendDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What came of a table. */
        Added: {
            /** @description Columns of other numbers that the campaign names and the table does not have: nobody has such a number. */
            absent_columns: string[];
            /**
             * Format: int64
             * @description Contacts that are new in the campaign.
             */
            added: number;
            /**
             * Format: int64
             * @description Rows that were left out for their faults.
             */
            bad: number;
            /** @description Rows whose number stands in an earlier one: left out; at most 1,000. */
            duplicates: components["schemas"]["TableDuplicate"][];
            /** @description What is wrong with them; at most 1,000. */
            faults: components["schemas"]["TableFault"][];
            /**
             * Format: int64
             * @description Rows that can be called.
             */
            good: number;
            /**
             * Format: int64
             * @description Contacts that it had already: they stay as they were.
             */
            known: number;
        };
        /** @description Where the work on an ended call is, and what was made of it. */
        AfterCall: {
            /** @description The call. */
            call: string;
            insights?: components["schemas"]["Insights"] | null;
            /** @description Why the last try failed. */
            reason?: string | null;
            /**
             * @description `waiting`, `running`, `done` or `failed`; null while the call goes on.
             * @example done
             */
            state?: string | null;
        };
        /** @description What reports on ended calls have cost. */
        AfterCallCosts: {
            /**
             * Format: int64
             * @description The most in a day (`after_call.tokens_per_day`); null: no limit. Once it is reached the rules report.
             */
            limit?: number | null;
            /**
             * Format: int64
             * @description Tokens since midnight (UTC), read and written.
             */
            tokens: number;
        };
        /** @description One version of an AI persona. */
        Agent: {
            /** @description New calls run this version; a running call keeps the version that it began with. */
            active: boolean;
            /** @description When it was written. */
            created_at: components["schemas"]["Time"];
            /**
             * @description Its name.
             * @example assistant
             */
            name: string;
            /**
             * Format: int32
             * @description 1, 2, 3 ...
             */
            version: number;
            /** @description What somebody should look at although the agent was taken. */
            warnings?: components["schemas"]["TextFault"][];
            /** @description The text; not in lists. */
            yaml?: string | null;
        };
        /** @description What an agent's brains have cost. */
        AgentCosts: {
            /**
             * @description The agent.
             * @example reception
             */
            agent: string;
            /** @description By brain. */
            brains: components["schemas"]["BrainCosts"][];
            /**
             * Format: double
             * @description What they may cost in one call (`limits.cost`); null: no limit.
             */
            call_limit?: number | null;
            /**
             * Format: int64
             * @description The most tokens in one call (`limits.tokens`); null where the agent is there no more.
             */
            call_tokens?: number | null;
            /**
             * Format: double
             * @description What they have cost on the day.
             */
            cost: number;
            /**
             * Format: double
             * @description What they may cost in a day (`limits.day_cost`); null: no limit.
             */
            day_limit?: number | null;
            /** @description That is reached: the built-in brain answers until the day is over. */
            limit_reached: boolean;
        };
        /** @description The recording that a transcript goes with. */
        Aligned: {
            /** @description Its id. */
            id: string;
            /**
             * Format: int64
             * @description Place of its first sample, in ms from the answer of the call: a line is heard at its time less this; null where
             *     it is not known.
             */
            offset_ms?: number | null;
        };
        /** @description The settings. */
        AllSettings: {
            holidays?: components["schemas"]["Setting"] | null;
            hours?: components["schemas"]["Setting"] | null;
            redaction?: components["schemas"]["Setting"] | null;
            retention?: components["schemas"]["Setting"] | null;
            scripts?: components["schemas"]["Setting"] | null;
        };
        /** @description The answer to a consent that was asked for. */
        AnswerBody: {
            /** @description Yes or no. */
            given: boolean;
            /** @description How: `form`, `written`, `key`, `spoken`. */
            method: string;
            /** @description The key, or what was said. */
            said?: string | null;
        };
        /** @description An appointment. */
        Appointment: {
            /** @description The call in which it was made. */
            call?: string | null;
            /** @description Whose it is. */
            contact?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /** @description When it ends. */
            ends_at: components["schemas"]["Time"];
            /**
             * @description Its id.
             * @example appt_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description BCP 47 language that was spoken. */
            language?: string | null;
            /** @description Name, as the caller gave it. */
            name?: string | null;
            /** @description What it is about. */
            note: string;
            /** @description Key of the person who has it. */
            person: string;
            /** @description Number to reach him by, where it is not the contact's. */
            phone?: string | null;
            /** @description Key of the service. */
            service: string;
            /** @description When it begins. */
            starts_at: components["schemas"]["Time"];
            /**
             * @description `booked` or `cancelled`.
             * @example booked
             */
            state: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What came of asking a segment. */
        AskedStory: {
            /** @description When it was asked. */
            asked_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Contacts of it that cannot: they have no number, or what is said cannot be filled in for them.
             */
            bad: number;
            /**
             * Format: int64
             * @description Contacts of it that can be called.
             */
            contacts: number;
            /** @description Contacts whose number an earlier one has: left out; at most 100. */
            duplicates: components["schemas"]["ContactDouble"][];
            /** @description What is wrong with them; at most 100. */
            faults: components["schemas"]["ContactFault"][];
        };
        /** @description An attempt of a campaign. */
        Attempt: {
            answered_at?: components["schemas"]["Time"] | null;
            /** @description Who answered: `person`, `machine` ... */
            answered_by?: string | null;
            /**
             * Format: int32
             * @description 1 for the first.
             */
            attempt: number;
            /** @description Its call; null where none was made. */
            call?: string | null;
            /** @description Why the call ended. */
            cause?: string | null;
            /**
             * Format: int64
             * @description What it cost, in millionths of the currency of the trunk's rates.
             */
            cost?: number | null;
            dialled_at?: components["schemas"]["Time"] | null;
            /** @description What they said or pressed, in the word of the app. */
            disposition?: string | null;
            ended_at?: components["schemas"]["Time"] | null;
            /** @description The number that was dialled. */
            number: string;
            /** @description What came of it. */
            outcome?: string | null;
            /** @description When it was planned. */
            planned_at: components["schemas"]["Time"];
            /** @description Why it was not permitted or failed, as a code. */
            reason?: string | null;
            /**
             * Format: int32
             * @description In which round, where the campaign recurs; else 0.
             */
            round: number;
            /** @description Our number that was shown. */
            shown?: string | null;
            /**
             * Format: int32
             * @description The SIP status that ended it.
             */
            status?: number | null;
            /** @description Name of the trunk. */
            trunk?: string | null;
            /** @description `permitted`, `later` or `never`. */
            verdict: string;
        };
        /** @description What was dialled. */
        Attempts: {
            /**
             * Format: int64
             * @description That somebody or something answered.
             */
            answered: number;
            /**
             * Format: int64
             * @description Attempts, also those that were never dialled.
             */
            attempts: number;
            /**
             * Format: int64
             * @description What they cost, in millionths of the currency of the trunks' rates.
             */
            cost: number;
            /**
             * Format: int64
             * @description That were dialled.
             */
            dialled: number;
            /**
             * Format: int64
             * @description That go on.
             */
            open: number;
            /**
             * Format: int64
             * @description Talked, seconds.
             */
            talked_s: number;
        };
        /** @description A capture that has begun. */
        BegunCapture: {
            /** @description The call. */
            call: string;
            /** @description Whether RTP is captured too. */
            rtp: boolean;
        };
        /** @description What one brain of an agent has cost. */
        BrainCosts: {
            /**
             * Format: int64
             * @description Answers, with those that were thrown away.
             */
            answers: number;
            /**
             * @description Its name in the configuration; empty for what was spent before brains were told apart.
             * @example large
             */
            brain: string;
            /**
             * Format: double
             * @description What that cost.
             */
            cost: number;
            /**
             * Format: int64
             * @description Tokens that it read.
             */
            input_tokens: number;
            /**
             * Format: int64
             * @description Tokens that it wrote.
             */
            output_tokens: number;
        };
        BTreeMap: {
            [key: string]: number;
        };
        /** @description What can be booked, and with whom. */
        CalendarInfo: {
            /** @description Who can be booked. */
            persons: components["schemas"]["PersonInfo"][];
            /** @description What can be booked. */
            services: components["schemas"]["ServiceInfo"][];
            /**
             * @description The business's time zone: `start` of slots and orders is in it.
             * @example Europe/Berlin
             */
            time_zone: string;
        };
        /** @description A call. */
        Call: {
            /** @description Name of the agent that it ran. */
            agent?: string | null;
            /**
             * Format: int32
             * @description And its version.
             */
            agent_version?: number | null;
            answered_at?: components["schemas"]["Time"] | null;
            /**
             * @description Who or what answered, where the call was screened (`machine_detection`): `person`, `machine`, `screening`, `fax`,
             *     `unobtainable`, `silence` or `unsure`.
             * @example person
             */
            answered_by?: string | null;
            /**
             * @description How that was told: `by`, `confidence` (0 to 1), `sign` (`short_greeting`, `long_greeting`, `beep`, `words`,
             *     `fax_tone`, `special_tone`, `busy_tone`, `nothing_heard`, `time_over`) and `after_ms` from the answer.
             */
            answered_how?: Record<string, never> | null;
            /**
             * @description Why it ended: `normal`, `cancelled`, `busy`, `no_answer`, `declined`, `not_found`, `incompatible`,
             *     `network_failure`, `media_timeout`, `max_duration`, `internal_error`, `interrupted`, `overload` or `spend_limit`.
             * @example normal
             */
            cause?: string | null;
            /** @description The other party's contact. */
            contact?: string | null;
            /**
             * @description `inbound` or `outbound`.
             * @example inbound
             */
            direction: string;
            /**
             * Format: int64
             * @description From the answer to the end, ms.
             */
            duration_ms?: number | null;
            ended_at?: components["schemas"]["Time"] | null;
            /** @description Name of the flow that it ran. */
            flow?: string | null;
            /**
             * Format: int32
             * @description And its version.
             */
            flow_version?: number | null;
            /**
             * @description Who called: E.164, or an address; null when withheld.
             * @example +4930901820
             */
            from?: string | null;
            /**
             * @description Who ended it: `caller`, `us` or `system`.
             * @example caller
             */
            hung_up_by?: string | null;
            /**
             * @description Its id.
             * @example call_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /**
             * @description BCP 47 language.
             * @example en
             */
            language: string;
            /** @description Name of our member who called. */
            member?: string | null;
            /**
             * @description Our number or address.
             * @example reception
             */
            number: string;
            /**
             * @description Where it comes from: `diversions` (who it was for before, `by` whom and for which `reason`, the first one first)
             *     and `verification` of the caller's number (`result`: `none`, `unknown`, `verified` with its `attestation`, or
             *     `failed` with its `reason`).
             */
            origin: Record<string, never>;
            /** @description Id of its recording. */
            recording_id?: string | null;
            /** @description Values that its flow kept on it. */
            remembered: Record<string, never>;
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            /**
             * @description `ringing`, `active` or `ended`.
             * @example ended
             */
            state: string;
            /** @description Who was called. */
            to?: string | null;
            /**
             * @description `open` while lines of its transcript come in, `ready` when it is complete; null where nothing was written down.
             * @example ready
             */
            transcript?: string | null;
            /** @description Name of the trunk that it came or went by. */
            trunk?: string | null;
            /** @description Variables handed over when it was placed. */
            variables: Record<string, never>;
        };
        /** @description A call with its legs and its recording. */
        CallDetail: components["schemas"]["Call"] & {
            /** @description Id of the campaign that it is of. */
            campaign?: string | null;
            /** @description And its name. */
            campaign_name?: string | null;
            /** @description Name of its contact. */
            contact_name?: string | null;
            /** @description Its legs, once it is over. */
            legs: components["schemas"]["Leg"][];
            recording?: components["schemas"]["Recording"] | null;
            /** @description Its tags, in alphabetical order. */
            tags: string[];
        };
        /** @description A note about a call, or about a moment of it. */
        CallNote: {
            /**
             * Format: int64
             * @description Which moment it is about, ms from the answer of the call; null: the whole call.
             */
            at_ms?: number | null;
            /** @description Who wrote it. */
            author?: string | null;
            /** @description When it was written. */
            created_at: components["schemas"]["Time"];
            /**
             * @description Its id.
             * @example note_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description What it says. */
            text: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to follow in a call. */
        CallScript: {
            /** @description What to say and to do, in its order, with what is known of the contact filled in. */
            steps: components["schemas"]["ScriptStep"][];
            /**
             * @description Name of the campaign or of the queue; null: there is no script for this call.
             * @example desk
             */
            title?: string | null;
        };
        /** @description The webhook that a call named. */
        CallWebhook: {
            /** @description Its id: the same for every call that names this address. */
            id: string;
            /** @description The secret that its events are signed with. Only in the answer to the first call that names the address. */
            secret?: string | null;
        };
        /** @description A campaign. */
        Campaign: {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            ended_at?: components["schemas"]["Time"] | null;
            /**
             * @description Its id.
             * @example camp_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /**
             * @description Its name.
             * @example reminders
             */
            name: string;
            /** @description Why it is paused, where that was not asked for. */
            reason?: string | null;
            /**
             * Format: int32
             * @description The round that goes on or was the last, where the campaign recurs; else 0.
             */
            round: number;
            /** @description What was changed while it ran: `per_second`, `at_once`. */
            settings: Record<string, never>;
            started_at?: components["schemas"]["Time"] | null;
            /** @description `draft`, `running`, `paused`, `stopped` or `done`. */
            state: string;
            /** @description When it was changed. */
            updated_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description The version that counts.
             */
            version: number;
            /** @description Its text; left out in lists. */
            yaml?: string | null;
        };
        /** @description Somebody whom a campaign calls. */
        CampaignContact: {
            /** @description What was tried, the first first, in all rounds. */
            attempts: components["schemas"]["Attempt"][];
            /** @description `name`, `appointment` and `fields`. */
            details: Record<string, never>;
            /** @description What they said or pressed, in the word of the app, such as `confirmed`. */
            disposition?: string | null;
            due_at?: components["schemas"]["Time"] | null;
            /**
             * Format: int64
             * @description Its number in the books.
             */
            id: number;
            /** @description What tells two calls to one number apart. */
            key?: string;
            /** @description BCP 47 language. */
            language?: string | null;
            /**
             * Format: int32
             * @description Line of the file that it came from.
             */
            line?: number | null;
            /** @description The number, E.164; empty once the person was erased. */
            number: string;
            /** @description Other numbers. */
            other_numbers?: string[];
            /**
             * @description The outcome once it is done: `reached`, `message_left`, `opted_out`, `wrong_number`, `busy`, `no_answer`,
             *     `machine`, `failed`, `refused`, `expired`, `removed` ...
             */
            outcome?: string | null;
            /** @description Why, where a rule decided. */
            reason?: string | null;
            /**
             * Format: int32
             * @description The round that all this is of, where the campaign recurs; else 0.
             */
            round: number;
            /** @description `waiting`, `calling`, `ended` (what follows is about to be decided) or `done`. */
            state: string;
            /** @description Time zone. */
            time_zone?: string | null;
            /** @description Which variant they hear. */
            variant?: string | null;
        };
        /** @description How a campaign stands. */
        CampaignSums: {
            /**
             * Format: int64
             * @description With whom an attempt goes on.
             */
            calling: number;
            /**
             * Format: int64
             * @description Contacts in all.
             */
            contacts: number;
            /** @description Contacts by what they said or pressed. */
            dispositions: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description That have an outcome.
             */
            done: number;
            held?: components["schemas"]["Held"] | null;
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name: string;
            /** @description Contacts by outcome. */
            outcomes: {
                [key: string]: number;
            };
            /** @description Why it is paused, where that was not asked for. */
            reason?: string | null;
            /** @description `draft`, `running`, `paused`, `stopped` or `done`. */
            state: string;
            /**
             * Format: int64
             * @description That wait for an attempt.
             */
            waiting: number;
        };
        /** @description What to change of a note. */
        ChangedNote: {
            /**
             * Format: int64
             * @description Which moment it is about; null: the whole call.
             */
            at_ms?: number | null;
            /** @description What it says. */
            text?: string | null;
        };
        /** @description Another way to take part. */
        ChangeSupervision: {
            /**
             * @description `listen`, `whisper`, `join` or `take_over`.
             * @example join
             */
            mode: string;
        };
        /** @description One thing that must be right for calls to be taken. */
        Check: {
            /** @description What is wrong and what to do. */
            detail?: string | null;
            /** @description What it is: `books`, `sip`, `voice` ... */
            name: string;
            /** @description Whether it is right. */
            ok: boolean;
        };
        /** @description What to do with a question. */
        CloseGap: {
            /**
             * @description The answer, which all agents with documents in its language know from their next call on; null: it is no matter of
             *     the business. It must be said which.
             */
            answer: string | null;
        };
        /** @description A one-time code. */
        Code: {
            /**
             * @description The code that an app shows now, or a recovery code.
             * @example 287082
             */
            code: string;
        };
        /** @description Two variants beside each other. */
        Comparison: {
            /**
             * Format: double
             * @description The first less the second.
             */
            difference: number;
            /**
             * Format: double
             * @description The share of the first variant's contacts that are done, 0 to 1.
             */
            first: number;
            /**
             * Format: double
             * @description And up to where.
             */
            high: number;
            /**
             * Format: double
             * @description From where the difference lies with 95 % confidence.
             */
            low: number;
            /**
             * Format: double
             * @description And of the second's.
             */
            second: number;
            /** @description Whether that leaves no room for chance. */
            significant: boolean;
            /** @description What is compared: `reached`, or what they said, in the word of the app. */
            what: string;
        };
        /** @description What somebody agreed to, or did not. */
        Consent: {
            /** @description The call in which it was given. */
            call?: string | null;
            /**
             * @description `call`, `message` or `mail`.
             * @example call
             */
            channel: string;
            /** @description Whose that is. */
            contact?: string | null;
            /** @description When it was written down. */
            created_at: components["schemas"]["Time"];
            decided_at?: components["schemas"]["Time"] | null;
            expires_at?: components["schemas"]["Time"] | null;
            /** @description Whether it holds now: given, not withdrawn, not too old. */
            holds: boolean;
            /**
             * @description Its id.
             * @example consent_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description How: `spoken`, `key`, `form`, `written`, `import`, or a word of your own. */
            method: string;
            /**
             * Format: int64
             * @description Where in that call, ms from the answer.
             */
            moment_ms?: number | null;
            /**
             * @description The number, in E.164, or the address that it is of.
             * @example +4930901820
             */
            number: string;
            /**
             * @description What for.
             * @example marketing
             */
            purpose: string;
            /** @description The recording of that call, the evidence, where there is one. */
            recording_url?: string | null;
            /** @description The key that was pressed, or what was said. */
            said?: string | null;
            /** @description Where it comes from. */
            source: string;
            /**
             * @description `asked` (there is no answer yet), `given` or `refused`.
             * @example given
             */
            state: string;
            withdrawn_at?: components["schemas"]["Time"] | null;
            /** @description The words that were agreed to. */
            wording: string;
        };
        /** @description A person whom the business knows. */
        Contact: {
            /** @description What it is found by: the number, or the address of a caller who has none. */
            address: string;
            /** @description ISO 3166-1 country, where it was said. */
            country?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /** @description Further fields. */
            fields: Record<string, never>;
            /**
             * @description Its id.
             * @example contact_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description BCP 47 language. */
            language?: string | null;
            /** @description Name. */
            name?: string | null;
            /** @description Notes of the members. */
            notes: string;
            /**
             * @description Phone number in E.164, where it is known.
             * @example +4930901820
             */
            number?: string | null;
            /** @description Further numbers, the one to try first first. */
            numbers: components["schemas"]["NumberOfContact"][];
            /** @description Part of the country: what follows the hyphen in ISO 3166-2. */
            region?: string | null;
            /** @description Tags, in alphabetical order. */
            tags: string[];
            /** @description IANA name of the time zone, where it was said. */
            time_zone?: string | null;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to change of a contact: what is not named stays. */
        ContactChange: {
            /** @description ISO 3166-1 country; null empties it. */
            country?: string | null;
            /** @description Fields to set; null removes one, the others stay. */
            fields?: Record<string, never>;
            /** @description BCP 47 language; null empties it. */
            language?: string | null;
            /** @description Name; null empties it. */
            name?: string | null;
            /** @description Notes of the members. */
            notes?: string | null;
            /** @description All further numbers, the one to try first first. */
            numbers?: components["schemas"]["NumberOfContact"][] | null;
            /** @description Part of the country, what follows the hyphen in ISO 3166-2; null empties it. */
            region?: string | null;
            /** @description All tags. */
            tags?: string[] | null;
            /**
             * @description IANA name of the time zone; null empties it.
             * @example Europe/Berlin
             */
            time_zone?: string | null;
        };
        /** @description A contact with the newest of its timeline. */
        ContactDetail: components["schemas"]["Contact"] & {
            timeline: {
                /** @description The things, newest first. */
                data: ({
                    /** @description When. */
                    at: components["schemas"]["Time"];
                    /** @description The call. */
                    call: components["schemas"]["Call"];
                    /** @enum {string} */
                    type: "call";
                } | {
                    /** @description When. */
                    at: components["schemas"]["Time"];
                    /** @enum {string} */
                    type: "voicemail";
                    /** @description The message. */
                    voicemail: components["schemas"]["Voicemail"];
                } | {
                    /** @description When it was written down. */
                    at: components["schemas"]["Time"];
                    /** @description The consent. */
                    consent: components["schemas"]["Consent"];
                    /** @enum {string} */
                    type: "consent";
                } | {
                    /** @description When. */
                    at: components["schemas"]["Time"];
                    /** @description The note. */
                    note: components["schemas"]["Note"];
                    /** @enum {string} */
                    type: "note";
                })[];
                /** @description What to give as `cursor` for the next page; null at the end. */
                next?: string | null;
            } & Record<string, never>;
        };
        /** @description A contact that has the number of an earlier one. */
        ContactDouble: {
            /** @description The contact. */
            contact: string;
            /** @description The earlier one. */
            of: string;
        };
        /** @description What is wrong with a contact of a segment. */
        ContactFault: {
            /**
             * @description The contact.
             * @example contact_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            contact: string;
            /** @description What is wrong, and what to do. */
            message: string;
        };
        /** @description What a line should read. */
        Corrected: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who said so. */
            by?: string | null;
            /** @description The whole line. */
            text: string;
        };
        /** @description A line that should read otherwise than it was heard. */
        Correction: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who said so. */
            by?: string | null;
            /**
             * Format: int32
             * @description The line's number in the transcript.
             */
            seq: number;
            /** @description What it should read. */
            text: string;
        };
        /**
         * @description What language models cost on a day. Money is in the currency of the prices in the configuration; a brain without a
         *     price is not counted.
         */
        Costs: {
            after_calls?: components["schemas"]["AfterCallCosts"] | null;
            /** @description The agents that are there today, and those that were there on that day, by name. */
            agents: components["schemas"]["AgentCosts"][];
            /**
             * Format: double
             * @description What all agents have cost on it.
             */
            cost: number;
            /**
             * Format: date
             * @description The day, in the time zone of the business.
             */
            day: string;
        };
        /** @description What was counted. Only calls that are over are. */
        Counts: {
            /**
             * Format: int64
             * @description Inbound ones whose caller went before there was anybody: before the answer, or before somebody who was called for.
             */
            abandoned: number;
            /**
             * Format: int64
             * @description Those that were answered.
             */
            answered: number;
            /**
             * Format: int64
             * @description Calls.
             */
            calls: number;
            /**
             * Format: int64
             * @description Those that a flow or an agent had from the answer to the end, and called for nobody.
             */
            contained: number;
            /**
             * Format: int64
             * @description Those that somebody was brought into.
             */
            handed_over: number;
            /**
             * Format: int64
             * @description Those that came in.
             */
            inbound: number;
            /**
             * Format: int64
             * @description Those whose caller felt badly.
             */
            negative: number;
            /**
             * Format: int64
             * @description Those whose caller felt neither well nor badly.
             */
            neutral: number;
            /**
             * Format: int64
             * @description Those that went out.
             */
            outbound: number;
            /**
             * Format: int64
             * @description Those whose caller felt well.
             */
            positive: number;
            /**
             * Format: int64
             * @description From the answer to the end, ms, all together.
             */
            talk_ms_sum: number;
            /**
             * Format: int64
             * @description From the beginning to the answer, ms, on average over those that were answered; null where there is none.
             */
            wait_ms_avg?: number | null;
        };
        /** @description What would happen to a contact. */
        DryContact: {
            at?: components["schemas"]["Time"] | null;
            /**
             * Format: int64
             * @description Number of the contact in the books; where the segment was asked for this, its place in that.
             */
            contact: number;
            /** @description The same in words. */
            detail?: string | null;
            /** @description The number. */
            number: string;
            /** @description Why not earlier, or not at all, as a code. */
            reason?: string | null;
        };
        /** @description How many calls an hour would have. */
        DryHour: {
            /** @description Its first moment. */
            at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description Calls.
             */
            calls: number;
        };
        /** @description Who would be called when, and who not, and why. */
        DryRun: {
            /** @description Calls by hour. */
            by_hour: components["schemas"]["DryHour"][];
            /**
             * Format: int32
             * @description How many contacts would be called.
             */
            calls: number;
            /** @description The contacts, the first call first; those who would not be called come last. */
            contacts: components["schemas"]["DryContact"][];
            last_at?: components["schemas"]["Time"] | null;
            /** @description How many would not be called, by the reason's code. */
            never: {
                [key: string]: number;
            };
            segment?: components["schemas"]["AskedStory"] | null;
            /**
             * @description For whom what is said cannot be filled in: their calls would fail, or a machine would get nothing. At most
             *     1,000.
             */
            unfilled: components["schemas"]["DryUnfilled"][];
        };
        /** @description Somebody for whom what is said cannot be filled in. */
        DryUnfilled: {
            /**
             * Format: int64
             * @description Number of the contact in the books.
             */
            contact: number;
            /** @description What is wrong, and what to do. */
            message: string;
        };
        /** @description A row whose number an earlier one has. */
        Duplicate: {
            /**
             * Format: int64
             * @description The line of the earlier one, which counts.
             */
            of: number;
            /**
             * Format: int64
             * @description Its line.
             */
            row: number;
        };
        /** @description That a person was erased, or is being erased. */
        Erasure: {
            /** @description When it was asked for. */
            asked_at: components["schemas"]["Time"];
            /** @description Who asked for it. */
            author?: string | null;
            /** @description Salted digests of the numbers (HMAC with SHA-256 under a salt of these books). */
            digests: string[];
            done_at?: components["schemas"]["Time"] | null;
            /** @description Its id. */
            id: string;
            /** @description Why. */
            reason: string;
            /** @description How many rows went, by kind. */
            removed: Record<string, never>;
            /**
             * @description `running` or `done`.
             * @example done
             */
            state: string;
        };
        /** @description What happened, once. Webhooks get the same, under the same id. */
        Event: {
            /** @description What is told: `call`, and `recording`, `voicemail` or `transcript` where it is of one. */
            data: Record<string, never>;
            /**
             * @description Its id: the header `webhook-id` of its deliveries.
             * @example evt_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description When it happened. */
            timestamp: components["schemas"]["Time"];
            /**
             * @description Its type.
             * @example call.ended
             */
            type: string;
        };
        /** @description What is wrong, and what is as it should be. */
        Examination: {
            /** @description Trunks and numbers first, then the machine. */
            findings: components["schemas"]["Finding"][];
            /** @description When it was looked. */
            looked_at: components["schemas"]["Time"];
            /** @description The heaviest of what was found. */
            worst: components["schemas"]["Weight"];
        };
        /** @description Why a tool failed. */
        Failure: {
            /**
             * @description `invalid` (its arguments did not fit), `refused`, `timed_out` (whether it happened is not known) or `failed`.
             * @example invalid
             */
            kind: string;
            /** @description In words. */
            message: string;
        };
        /** @description What was looked at, and what was found. */
        Finding: {
            /**
             * @description Name of the trunk, or the number, that it is about.
             * @example carrier
             */
            about?: string | null;
            /** @description What to do. */
            advice?: string | null;
            /**
             * @description What was looked at: `trunk`, `number`, `address`, `clock`, `time`, `disk`, `descriptors`, `certificates`, ...
             * @example trunk
             */
            check: string;
            /**
             * @description Which of the things that can be found, where it is about a trunk or a number: `trunk_refused`, `trunk_silent`,
             *     `trunk_unknown`, `number_app`, `number_trunk_missing`, `number_trunk_down`, `number_without_trunk`.
             * @example trunk_silent
             */
            code?: string | null;
            /** @description What was found. */
            found: string;
            /** @description How it weighs. */
            weight: components["schemas"]["Weight"];
        };
        /** @description One version of a scripted dialog. */
        Flow: {
            /** @description New calls run this version; a running call keeps the version that it began with. */
            active: boolean;
            /** @description When it was written. */
            created_at: components["schemas"]["Time"];
            /**
             * @description Its name.
             * @example reception
             */
            name: string;
            /**
             * Format: int32
             * @description 1, 2, 3 ...
             */
            version: number;
            /** @description What somebody should look at although the flow was taken. */
            warnings?: components["schemas"]["TextFault"][];
            /** @description The text; not in lists. */
            yaml?: string | null;
        };
        /** @description Something that a person of the business has to do. */
        FollowUp: {
            /** @description The call that it comes from. */
            call?: string | null;
            /** @description Whom it is about. */
            contact?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            due_at?: components["schemas"]["Time"] | null;
            /**
             * @description Its id.
             * @example follow_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /**
             * @description `message`, `callback` or `task`.
             * @example message
             */
            kind: string;
            /**
             * @description For whom: name of a member or of a group.
             * @example reception
             */
            mailbox: string;
            /** @description Name, as the caller gave it. */
            name?: string | null;
            /** @description Number to reach him by, where it is not the contact's. */
            phone?: string | null;
            /**
             * @description `open` or `done`.
             * @example open
             */
            state: string;
            /** @description What it is about. */
            text: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to change of a follow-up. */
        FollowUpChange: {
            /**
             * @description `open` or `done`.
             * @example done
             */
            state: string;
        };
        /** @description A key that was just made. */
        FreshKey: {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description The key itself. It is shown here and never again.
             * @example cw_0123456789
             */
            key: string;
            /** @description Its name. */
            name: string;
            /** @description What it may do. */
            scopes: string[];
        };
        /** @description A question that callers asked and the documents do not answer. */
        Gap: {
            /** @description The agent that was asked. */
            agent: string;
            /**
             * Format: int32
             * @description How often it was asked.
             */
            asked: number;
            /** @description The call in which it was asked last. */
            call?: string | null;
            /** @description When it was asked first. */
            first_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description BCP 47 language. */
            language: string;
            /** @description When it was asked last. */
            last_at: components["schemas"]["Time"];
            /** @description The question, as it was asked first. */
            question: string;
            /**
             * @description `open`, `answered` or `dismissed`.
             * @example open
             */
            state: string;
        };
        /** @description A rehearsal with its name. */
        GivenScript: {
            /** @description What it is called in the table. */
            name: string;
            /** @description Its text: see docs/rehearsal.md. */
            yaml: string;
        };
        /** @description One thing that happened with a contact. */
        Happening: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description The call. */
            call: components["schemas"]["Call"];
            /** @enum {string} */
            type: "call";
        } | {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @enum {string} */
            type: "voicemail";
            /** @description The message. */
            voicemail: components["schemas"]["Voicemail"];
        } | {
            /** @description When it was written down. */
            at: components["schemas"]["Time"];
            /** @description The consent. */
            consent: components["schemas"]["Consent"];
            /** @enum {string} */
            type: "consent";
        } | {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description The note. */
            note: components["schemas"]["Note"];
            /** @enum {string} */
            type: "note";
        };
        /** @description The program lives. */
        Health: {
            /** @description Always `ok`. */
            status: string;
            /** @description Version of the program. */
            version: string;
        };
        /** @description What keeps a campaign that runs from calling anybody now. */
        Held: {
            /** @description The same in words, and what to do. */
            detail: string;
            /**
             * @description `no_trunk`, `trunk_down`, `no_lines`, `draining`, `no_phone`, `no_member_free` or `callers_first`.
             * @example no_trunk
             */
            reason: string;
        };
        /** @description A STUN or TURN server, as `RTCPeerConnection` takes it. */
        IceServer: {
            /** @description Password there. */
            credential?: string | null;
            /**
             * @description Its addresses.
             * @example [
             *       "turns:turn.example.com:443?transport=tcp"
             *     ]
             */
            urls: string[];
            /** @description User name there. */
            username?: string | null;
        };
        /** @description What came of an import. */
        ImportReport: {
            /**
             * Format: int64
             * @description How many rows say a number again.
             */
            duplicate_count: number;
            /** @description Those, the first thousand. */
            duplicates: components["schemas"]["Duplicate"][];
            /**
             * Format: int64
             * @description How many rows are bad.
             */
            fault_count: number;
            /** @description The bad rows, the first thousand. */
            faults: components["schemas"]["RowFault"][];
            /** @description Rows that can be kept. */
            good: number;
            /** @description Whether they were kept. */
            kept: boolean;
            /**
             * Format: int64
             * @description New contacts.
             */
            made: number;
            /**
             * Format: int64
             * @description Further numbers that were left out, for they are other contacts'.
             */
            numbers_taken: number;
            /**
             * Format: int64
             * @description Rows in the file.
             */
            rows: number;
            /**
             * Format: int64
             * @description Contacts that are as they were.
             */
            unchanged: number;
            /**
             * Format: int64
             * @description Contacts that were changed.
             */
            updated: number;
        };
        /** @description What was made of a call. */
        Insights: Record<string, never> & {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description `rules`, or the brain that made it.
             * @example rules
             */
            made_by: string;
            /**
             * @description What came of it: `appointment_booked`, `appointment_moved`, `appointment_cancelled`, `ticket_created`,
             *     `survey_answered`, `transferred`, `message_taken`, `callback_requested`, `voicemail`, `opted_out`, `answered`,
             *     `abandoned`, `missed` or `not_reached`.
             * @example appointment_booked
             */
            outcome: string;
            /**
             * Format: int32
             * @description How promising a lead it is, 0 to 100, where that is asked.
             */
            score?: number | null;
            /**
             * Format: double
             * @description How the caller felt, -1 to 1; null where he said nothing of it.
             */
            sentiment?: number | null;
            /** @description What it was about, in two to four sentences. */
            summary: string;
            /** @description What it was about, in words. */
            topics: string[];
        };
        /** @description How often a key was pressed at a node. */
        KeyPresses: {
            /** @description The flow. */
            flow: string;
            /**
             * @description `0` to `9`, `*` or `#`.
             * @example 1
             */
            key: string;
            /** @description The node. */
            node: string;
            /**
             * Format: int64
             * @description How often.
             */
            pressed: number;
        };
        /** @description One SIP dialog of a call. */
        Leg: {
            answered_at?: components["schemas"]["Time"] | null;
            ended_at?: components["schemas"]["Time"] | null;
            /** @description Its id. */
            id: string;
            /** @description Who is at its end. */
            peer?: string | null;
            quality?: components["schemas"]["Quality"] | null;
            /**
             * @description `caller`, or `transfer` for somebody who was brought in.
             * @example caller
             */
            role: string;
            /** @description Its SIP Call-ID, to find it in a carrier's logs. */
            sip_call_id: string;
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description The last SIP status.
             */
            status?: number | null;
            /** @description User-Agent or Server of the other end. */
            user_agent?: string | null;
        };
        /** @description How many bans were lifted. */
        Lifted: {
            /** @description How many. */
            lifted: number;
        };
        /** @description One utterance. Times are ms from the answer of the call. */
        Line: {
            /**
             * Format: float
             * @description 0 (a guess) to 1 (certain), where it is known.
             */
            confidence?: number | null;
            /** @description Our side was interrupted: these are only the words that were heard. */
            cut: boolean;
            /**
             * Format: int64
             * @description Start.
             * @example 2140
             */
            from_ms: number;
            /** @description BCP 47 language, where it is known. */
            language?: string | null;
            /**
             * @description `caller` or `us`: a flow, an agent, or a member who was brought in.
             * @example caller
             */
            speaker: string;
            /**
             * @description The words as one text.
             * @example I would like an appointment.
             */
            text: string;
            /**
             * Format: int64
             * @description End.
             * @example 3480
             */
            to_ms: number;
            /** @description The words with their times, where they are known. */
            words: components["schemas"]["LineWord"][];
        };
        /** @description A word with its place. */
        LineWord: {
            /**
             * Format: int64
             * @description Start, in ms from the answer of the call.
             */
            from_ms: number;
            /** @description The word as written. */
            text: string;
            /**
             * Format: int64
             * @description End.
             */
            to_ms: number;
        };
        /** @description A one-time link. It is shown here and never again. */
        Link: {
            /** @description When it holds no more. */
            expires_at: components["schemas"]["Time"];
            /** @description The whole address. */
            url: string;
        };
        /** @description Something that happened in a call. */
        Live: {
            /** @description The call. */
            call: string;
            /** @description `caller` or `us`. */
            speaker: string;
            /** @description The words so far. */
            text: string;
            /** @enum {string} */
            type: "partial";
        } | {
            /** @description The call. */
            call: string;
            /** @description The line. */
            line: components["schemas"]["Line"];
            /** @enum {string} */
            type: "line";
        } | {
            /** @description The call. */
            call: string;
            /** @description The turn. */
            turn: components["schemas"]["Turn"];
            /** @enum {string} */
            type: "turn";
        } | {
            /** @description The call. */
            call: string;
            /** @description The use. */
            tool: components["schemas"]["ToolUse"];
            /** @enum {string} */
            type: "tool";
        } | {
            /** @description The call. */
            call: string;
            /** @description The member. */
            member: string;
            /** @description `listen`, `whisper`, `join` or `take_over`; null: they have left. */
            mode?: string | null;
            /** @enum {string} */
            type: "supervision";
        } | (components["schemas"]["Presence"] & {
            /** @enum {string} */
            type: "presence";
        }) | {
            /** @description Who ended it, with `ended`. */
            by?: string | null;
            /** @description The call. */
            call: string;
            /** @description Why it ended, with `ended`. */
            cause?: string | null;
            /**
             * @description The state.
             * @example answered
             */
            state: string;
            /** @enum {string} */
            type: "state";
        } | (components["schemas"]["CampaignSums"] & {
            /** @enum {string} */
            type: "campaign";
        }) | {
            /**
             * Format: int64
             * @description How many.
             */
            events: number;
            /** @enum {string} */
            type: "missed";
        };
        /**
         * @description What is done when a machine answers.
         * @enum {string}
         */
        MachineAction: "hang_up" | "message" | "app";
        /**
         * @description How it is found out who answers, and what becomes of the call then. A person has the call's flow, agent or text at
         *     once. An empty object stands for: hang up on a machine, take what is unsure for a person.
         */
        MachineDetection: {
            /**
             * Format: int32
             * @description A machine that has been silent for so long is spoken to without a tone, ms: 500 to 15,000; the setting when it is
             *     not said.
             */
            greeting_silence_ms?: number | null;
            /**
             * Format: int32
             * @description It is told at the latest so long after the answer, ms: 1,000 to 15,000; the setting when it is not said.
             */
            max_ms?: number | null;
            /**
             * @description For `message`: the text that is left after the tone.
             * @example This is Northwind Dental. Please call us back.
             */
            message?: string | null;
            /** @description For `message`, in place of a text: name of the agent that talks after the tone. */
            message_agent?: string | null;
            /** @description For `message`, in place of a text: name of the flow that talks after the tone. */
            message_flow?: string | null;
            /** @description What is done when a machine answers. */
            on_machine?: components["schemas"]["MachineAction"];
            /**
             * @description What is done when it cannot be told who answered, or nobody says a word: `person` (taken for one, the default),
             *     `machine` or `hang_up`.
             * @example person
             */
            unsure?: string;
            /**
             * @description What the call is about, for assistants that ask who calls and why: what follows "It is about".
             * @example your appointment on Friday
             */
            why?: string | null;
        };
        /** @description A campaign that was made with its contacts. */
        MadeCampaign: components["schemas"]["Campaign"] & {
            contacts?: components["schemas"]["Added"] | null;
        };
        /** @description A person of the business. */
        Member: {
            /** @description It takes no callers now. Colleagues reach it all the same. */
            away: boolean;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description Name as people say it.
             * @example Anna Schmidt
             */
            display: string;
            /** @description A password is kept, so that its phone can register. It is never shown. */
            has_password: boolean;
            /**
             * @description Its id.
             * @example member_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /**
             * @description Languages that it speaks (BCP 47), the one that it likes best first: callers of these are put through to it first.
             * @example [
             *       "de",
             *       "en"
             *     ]
             */
            languages: string[];
            /** @description Our numbers that it may call out from; the first is the default; none: no calls to the outside. */
            may_call_from: string[];
            /**
             * @description User part of its SIP address, and its user name.
             * @example anna
             */
            name: string;
            /**
             * @description What it is good at: transfers may ask for it.
             * @example [
             *       "billing"
             *     ]
             */
            skills: string[];
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to change of a member: what is not named stays. A new name needs the password again. */
        MemberChange: {
            /** @description It takes no callers now. */
            away?: boolean | null;
            /** @description Name as people say it. */
            display?: string | null;
            /** @description Languages that it speaks (BCP 47), the one that it likes best first. */
            languages?: string[] | null;
            /** @description Our numbers that it may call out from. */
            may_call_from?: string[] | null;
            /** @description User part of its SIP address. */
            name?: string | null;
            /** @description A new password. */
            password?: string | null;
            /** @description What it is good at. */
            skills?: string[] | null;
        };
        /** @description That two contacts were made one. */
        Merged: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who did it. */
            author?: string | null;
            /** @description The contact that is gone. */
            gone: string;
            /** @description Its id, to take it back. */
            id: string;
            /** @description The contact that was kept. */
            kept: string;
            undone_at?: components["schemas"]["Time"] | null;
        };
        /** @description Which contact goes. */
        MergeOrder: {
            /** @description The contact that becomes part of the other one. */
            with: string;
        };
        /** @description A SIP message. */
        Message: {
            /**
             * @description When it passed.
             * @example 2026-11-21T15:04:05.678901Z
             */
            at: string;
            /** @description `in` or `out`. */
            direction: string;
            /** @description Its first line. */
            first_line: string;
            /** @description Our address. */
            local: string;
            /** @description The message, without credentials and keys, cut to its bound. */
            message: string;
            /** @description The other's. */
            remote: string;
            /** @description `UDP`, `TCP`, `TLS`, `WS` or `WSS`. */
            transport: string;
        };
        /** @description Another time for an appointment. */
        MoveTo: {
            /** @description Key of the person; whoever has it keeps it, where he is free, when it is not said. */
            person?: string | null;
            /**
             * @description When it begins, at the business.
             * @example 2026-11-25T09:00
             */
            start: string;
        };
        /** @description Somebody or something with a name. */
        Named: {
            /**
             * @description Its id.
             * @example contact_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description Its name, where it has one. */
            name?: string | null;
        };
        /** @description An appointment to be booked. */
        NewAppointment: {
            /** @description Whose it is. */
            contact?: string | null;
            /** @description BCP 47 language. */
            language?: string | null;
            /** @description Name. */
            name?: string | null;
            /** @description What it is about. */
            note?: string;
            /** @description Key of the person; whoever is free when it is not said. */
            person?: string | null;
            /** @description Number to reach him by. */
            phone?: string | null;
            /**
             * @description Key of the service.
             * @example cleaning
             */
            service: string;
            /**
             * @description When it begins, at the business.
             * @example 2026-11-24T14:00
             */
            start: string;
        };
        /** @description A call to be placed. One of `flow`, `agent` and `say` says what it does. */
        NewCall: {
            /**
             * @description Name of the agent that talks.
             * @example assistant
             */
            agent?: string | null;
            /**
             * @description Name of the flow that it runs.
             * @example reminder
             */
            flow?: string | null;
            /** @description Our number that it comes from; the trunk's own when it is not said. */
            from?: string | null;
            /**
             * @description BCP 47 language to begin with.
             * @example en
             */
            language?: string | null;
            machine_detection?: components["schemas"]["MachineDetection"] | null;
            /**
             * @description What it is for: `reminder`, `delivery`, `payment`, `survey`, `marketing`, `code`, `emergency`, `callback` or
             *     `service`, the default. When, how often and with what consent a number may be called hangs on it: see
             *     `[outreach]` of the configuration.
             * @default service
             */
            purpose: string;
            /**
             * Format: int64
             * @description How long it may ring, seconds: 5 to 300; a number at least for `outreach.ring_s` of the configuration.
             */
            ring_timeout_s?: number | null;
            /**
             * @description Text that is spoken once; then the call ends.
             * @example Your table is ready.
             */
            say?: string | null;
            /**
             * @description A number (E.164, or as people write it in the configured country), a SIP address, or the name of a member.
             * @example +4930901820
             */
            to: string;
            /** @description Name of the trunk to go by; the number's own or the default when it is not said. */
            trunk?: string | null;
            /** @description Variables for the flow or the agent. */
            variables?: Record<string, never>;
            /** @description Address that is told of every event of this call, besides the webhooks that want it. */
            webhook?: string | null;
            /** @description That number is not shown to the callee. */
            withheld?: boolean;
        };
        /** @description A note to be written. */
        NewCallNote: {
            /**
             * Format: int64
             * @description Which moment it is about, ms from the answer of the call; the whole call when it is not said.
             */
            at_ms?: number | null;
            /** @description What it says: at most 4,000 characters. */
            text: string;
        };
        /** @description A form of several parts, as a page in a browser sends it. */
        NewCampaignForm: {
            /** @description The campaign as YAML: see docs/campaigns.md. At most `http.max_body`. */
            campaign: string;
            /**
             * Format: binary
             * @description Its contacts as CSV, where they are known already. At most 128 MiB.
             */
            contacts?: string | null;
            /** @description Take the good rows although others have faults. */
            keep_good?: boolean | null;
            /** @description Whom it calls in place of a table: a segment by its name, or an expression over `contact`. It is added to the text. */
            segment?: string | null;
        };
        /** @description What is to be captured. */
        NewCapture: {
            /**
             * @description With the RTP packets of all legs; else signalling alone. Keys that are pressed are blanked, and what is said while
             *     the recording is paused is left out, as is the sound of a leg whose keys are heard in it.
             */
            rtp?: boolean;
            /**
             * Format: int64
             * @description For so long, at most `telemetry.capture_seconds`.
             * @example 60
             */
            seconds?: number | null;
        };
        /** @description A consent to be written down. */
        NewConsentBody: {
            /** @description The call in which it was given. */
            call?: string | null;
            /** @description `call` (when it is not said), `message` or `mail`. */
            channel?: string;
            /**
             * Format: date-time
             * @description When yes or no was said; now when it is not said.
             */
            decided_at?: string | null;
            /**
             * Format: date-time
             * @description From when on it is too old.
             */
            expires_at?: string | null;
            /**
             * @description How: `spoken`, `key`, `form`, `written`, or a word of your own.
             * @example form
             */
            method: string;
            /**
             * Format: int64
             * @description Where in that call, ms from the answer.
             */
            moment_ms?: number | null;
            /**
             * @description The number or address.
             * @example +4930901820
             */
            number: string;
            /**
             * @description What for.
             * @example marketing
             */
            purpose: string;
            /** @description The key, or what was said. */
            said?: string | null;
            /**
             * @description Where it comes from.
             * @example https://example.org/newsletter
             */
            source?: string;
            /** @description `given` when it is not said, or `refused`, `asked`. */
            state?: string | null;
            /** @description The words that were agreed to. */
            wording?: string;
        };
        /** @description A contact to be made. */
        NewContact: {
            /** @description ISO 3166-1 country. */
            country?: string | null;
            /** @description Further fields. */
            fields?: Record<string, never>;
            /** @description BCP 47 language. */
            language?: string | null;
            /** @description Name. */
            name?: string | null;
            /** @description Notes. */
            notes?: string | null;
            /**
             * @description Its number or address.
             * @example +4930901820
             */
            number: string;
            /** @description Further numbers. */
            numbers?: components["schemas"]["NumberOfContact"][] | null;
            /** @description Part of the country: what follows the hyphen in ISO 3166-2. */
            region?: string | null;
            /** @description Tags. */
            tags?: string[] | null;
            /**
             * @description IANA name of the time zone.
             * @example Europe/Berlin
             */
            time_zone?: string | null;
        };
        /** @description What a line should read. */
        NewCorrection: {
            /**
             * @description The whole line: at most 4,000 characters.
             * @example I would like an appointment on Monday.
             */
            text: string;
        };
        /** @description Who is to be erased: one of `contact` and `number`. */
        NewErasure: {
            /** @description Who asked for it; the name of the API key when it is not said. */
            author?: string | null;
            /** @description The contact. */
            contact?: string | null;
            /** @description A number, whether there is a contact or not. */
            number?: string | null;
            /** @description Why. It is kept: write no name here. */
            reason?: string;
        };
        /** @description A key to be made. */
        NewKey: {
            /**
             * @description What it is for: letters, digits, `-`, `_` and `.`, at most 64.
             * @example crm
             */
            name: string;
            /** @description What it may do, such as `calls:read`; everything that you may when it is not said. */
            scopes?: string[] | null;
        };
        /** @description A member to be made. */
        NewMember: {
            /** @description It takes no callers now. */
            away?: boolean;
            /**
             * @description Name as people say it.
             * @example Anna Schmidt
             */
            display: string;
            /** @description Languages that it speaks (BCP 47), the one that it likes best first. */
            languages?: string[];
            /** @description Our numbers that it may call out from; the first is the default. */
            may_call_from?: string[];
            /**
             * @description User part of its SIP address: lower-case letters, digits, `-`, `_` and `.`.
             * @example anna
             */
            name: string;
            /** @description Password of its phone, 8 to 128 characters. Never shown. */
            password?: string | null;
            /** @description What it is good at: up to 32 lower-case words. */
            skills?: string[];
        };
        /** @description A note to be written. */
        NewNote: {
            /** @description Who writes it; the name of the API key when it is not said. */
            author?: string | null;
            /** @description What. */
            text: string;
        };
        /** @description A number to be made. Either `flow` or `agent` says what answers. */
        NewNumber: {
            /**
             * @description Name of the agent that answers.
             * @example assistant
             */
            agent?: string | null;
            /**
             * @description What is done where a fax machine is heard: `ignore`, `hangup`, or `transfer:` with a number or a member behind it.
             * @example transfer:fax
             */
            fax?: string | null;
            /**
             * @description Name of the flow that answers.
             * @example reception
             */
            flow?: string | null;
            /** @description BCP 47 language to begin with. */
            language?: string | null;
            /**
             * @description A number, or the user part of a SIP address such as `reception`.
             * @example +49 30 90182
             */
            number: string;
            /** @description `off`, `announced` or `consent`. */
            recording?: string | null;
            /** @description Name of the trunk that it is on. */
            trunk?: string | null;
        };
        /** @description A new password. */
        NewPassword: {
            /** @description The one that is wanted: 12 characters at least. */
            new: string;
            /** @description The one that holds now. */
            old: string;
        };
        /** @description A PIN for a contact. */
        NewPin: {
            /**
             * @description 4 to 12 digits, that the contact types on the phone.
             * @example 4711
             */
            pin: string;
        };
        /** @description Whose phone it is to be. */
        NewRegistration: {
            /**
             * @description Name or id of the member; needed with an API key, which is nobody's.
             * @example anna
             */
            member?: string | null;
        };
        /** @description What is to be rehearsed: what is named and what is given, or everything that is kept where neither is said. */
        NewRehearsalRun: {
            /** @description The agent's text in place of its active version: to try it before it is saved. */
            agent?: string | null;
            /** @description Rehearsals that are not kept. */
            given?: components["schemas"]["GivenScript"][];
            /**
             * @description Names of rehearsals that are kept.
             * @example [
             *       "reception-booking-en"
             *     ]
             */
            scripts?: string[];
        };
        /** @description What is to be true. */
        NewSegment: {
            /**
             * @description An expression as `when` of flows has it, over `contact`: its fields, and `name`, `number`, `numbers`, `language`,
             *     `time_zone`, `country`, `region`, `tags`, `notes`, `created_ms`.
             * @example 'vip' in contact.tags
             */
            expression: string;
        };
        /** @description A web site. */
        NewSite: {
            /**
             * @description Where it begins: only pages below this address are read, as its robots.txt lets us.
             * @example https://example.org/help/
             */
            address: string;
            /**
             * Format: int32
             * @description How often it is read again, hours; `knowledge.refresh_hours` when it is not said.
             */
            refresh_hours?: number | null;
        };
        /** @description How somebody is to take part. */
        NewSupervision: {
            /**
             * @description Name or id of the member whose phone rings: yours when it is not said; needed with an API key, which is nobody's.
             * @example anna
             */
            member?: string | null;
            /**
             * @description `listen` (both sides are heard, and nobody hears them), `whisper` (the member at the desk hears them, the caller
             *     does not), `join` (both hear them) or `take_over` (the agent, flow or member leaves).
             * @example listen
             */
            mode: string;
        };
        /** @description A suppression to be written down. */
        NewSuppressionBody: {
            /** @description Who writes it down; the name of the API key when it is not said. */
            author?: string | null;
            /** @description The call in which it was said. */
            call?: string | null;
            /** @description How it was said; `api` when it is not said. */
            method?: string | null;
            /**
             * Format: int64
             * @description Where in that call, ms from the answer.
             */
            moment_ms?: number | null;
            /**
             * @description The number or address.
             * @example +4930901820
             */
            number: string;
            /** @description For what; for nothing at all when it is not said. */
            purpose?: string | null;
            /** @description The key, or what was said. */
            said?: string | null;
        };
        /** @description A ticket to be made. */
        NewTicket: {
            /** @description A word of the business's own. */
            category?: string | null;
            /** @description Whose it is. */
            contact?: string | null;
            /** @description `low`, `normal`, `high` or `urgent`; normal when it is not said. */
            priority?: string | null;
            /** @description What it is about, in a line. */
            subject: string;
            /** @description The whole of it. */
            text?: string;
        };
        /** @description A trunk to be made. */
        NewTrunk: components["schemas"]["TrunkSettings"] & {
            /**
             * @description Our name for it: letters, digits, `-` and `_`.
             * @example carrier
             */
            name: string;
            /** @description Password, for digest. Never shown. */
            password?: string | null;
        };
        /** @description Somebody to be added: a link lets them set a password. */
        NewUser: {
            /** @description Name that is shown; the name when it is not said. */
            display?: string | null;
            /** @description BCP 47. */
            language?: string | null;
            /** @description Id of the member whose phone is theirs. */
            member?: string | null;
            /**
             * @description What they sign in with: letters without accents, digits, `-`, `_`, `.` and `@`, at most 64.
             * @example anna
             */
            name: string;
            /** @description `admin`, `manager`, `member` or `reviewer`. */
            role: string;
        };
        /** @description A webhook to be made. */
        NewWebhook: {
            /** @description Whether events are sent at all; they are when it is not said. */
            enabled?: boolean | null;
            /** @description Types of event that are sent; all when it is not said. */
            events?: string[] | null;
            /** @description The secret, as `whsec_` and 24 to 64 bytes in base 64; a new one is made when it is not said. */
            secret?: string | null;
            /**
             * @description Where events are sent: `https`, or `http` inside your own network.
             * @example https://example.org/callwright
             */
            url: string;
        };
        /** @description Who asks. */
        NextPreview: {
            /**
             * @description The member's name.
             * @example anna
             */
            member: string;
        };
        /** @description A node of a flow, as the calls of a campaign walked it. */
        NodeWalk: {
            /**
             * Format: int64
             * @description Calls that came there, each counted once.
             */
            calls: number;
            /** @description The flow. */
            flow: string;
            /**
             * Format: int64
             * @description Of these, calls in which they hung up there.
             */
            left: number;
            /** @description The node. */
            node: string;
        };
        /** @description What somebody wrote about a contact. */
        Note: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who wrote it. */
            author?: string | null;
            /** @description Its id. */
            id: string;
            /** @description What. */
            text: string;
        };
        /** @description One of our numbers, with what answers it. */
        Number: {
            /** @description Name of the agent that answers; null where it is a flow. */
            agent?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description What is done where a fax machine is heard: `ignore`, `hangup`, or `transfer:` with a number or a member behind it;
             *     null ignores it.
             */
            fax?: string | null;
            /** @description Name of the flow that answers; null where it is an agent. */
            flow?: string | null;
            /**
             * @description Its id.
             * @example num_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description BCP 47 language to begin with; null for the business's. */
            language?: string | null;
            /**
             * @description E.164, or the user part of a SIP address such as `reception`.
             * @example +493090182
             */
            number: string;
            /** @description `off`, `announced` or `consent`; null leaves it to the flow or the agent. */
            recording?: string | null;
            /** @description Name of the trunk that it is on. */
            trunk?: string | null;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to change of a number: what is not named stays. */
        NumberChange: {
            /** @description Name of the agent that answers from now on. */
            agent?: string | null;
            /** @description What is done where a fax machine is heard; null ignores it. */
            fax?: string | null;
            /** @description Name of the flow that answers from now on. */
            flow?: string | null;
            /** @description BCP 47 language to begin with; null for the business's. */
            language?: string | null;
            /** @description A number, or the user part of a SIP address. */
            number?: string | null;
            /** @description `off`, `announced` or `consent`; null leaves it to the flow or the agent. */
            recording?: string | null;
            /** @description Name of the trunk; null takes it off. */
            trunk?: string | null;
        };
        /** @description A line with its number in the call. */
        NumberedLine: components["schemas"]["Line"] & {
            corrected?: components["schemas"]["Corrected"] | null;
            /**
             * Format: int32
             * @description Its number, from 1, in the order in which lines became final.
             */
            seq: number;
        };
        /** @description A list of numbers that others keep. */
        NumberList: {
            /**
             * Format: int64
             * @description Lines of the file that hold no number; only in the answer to the import.
             */
            bad?: number | null;
            /** @description The first of them. */
            bad_lines?: number[];
            /** @description When it was imported. */
            imported_at: components["schemas"]["Time"];
            /**
             * @description Its name.
             * @example robinson
             */
            name: string;
            /**
             * Format: int64
             * @description How many numbers are on it.
             */
            numbers: number;
            /** @description The purposes that it is for; none: every one. */
            purposes: string[];
        };
        /** @description A further number of a contact. */
        NumberOfContact: {
            /**
             * @description What it is.
             * @example mobile
             */
            label?: string;
            /**
             * @description The number in E.164, or an address.
             * @example +491711234567
             */
            number: string;
        };
        /** @description What the books say about a number before it is called. */
        NumberStanding: {
            /** @description Outbound calls of the last 30 days, newest first. */
            attempts: components["schemas"]["PastAttempt"][];
            consent?: components["schemas"]["Consent"] | null;
            /** @description Whose it is. */
            contact?: string | null;
            /** @description Its country. */
            country?: string | null;
            /** @description The do-not-call lists that it is on. */
            do_not_call: string[];
            /** @description The number in E.164, or the address. */
            number: string;
            /** @description The part of the country. */
            region?: string | null;
            suppressed?: components["schemas"]["Suppression"] | null;
            /** @description IANA name of the contact's time zone. */
            time_zone?: string | null;
        };
        /** @description A provider of OpenID Connect. */
        OpenIdOption: {
            /** @description Its name. */
            name: string;
            /** @description Where to go to sign in by it; with `?to=` and a path of the console, one comes back to that. */
            url: string;
        };
        /** @description A call that asks for a consent. */
        OptIn: {
            /** @description The flow that asks; `opt-in` when it is not said. It gets `consent`, `purpose` and `wording` as variables. */
            flow?: string | null;
            /** @description Our number that it comes from. */
            from?: string | null;
            /** @description BCP 47 language. */
            language?: string | null;
            /**
             * @description Whom to call.
             * @example +4930901820
             */
            number: string;
            /**
             * @description What for.
             * @example marketing
             */
            purpose: string;
            /** @description Where the first half of the double opt-in was given. */
            source?: string;
            /** @description What is asked, as it is spoken and kept: `May we call you about our offers?` */
            wording: string;
        };
        /** @description What somebody changes about themselves. */
        OwnChange: {
            /** @description Name that is shown. */
            display?: string | null;
            /** @description BCP 47; null for the browser's. */
            language?: string | null;
        };
        /** @description Whether one takes callers. */
        OwnPresence: {
            /** @description Callers are not put through to you. Colleagues reach you all the same. */
            away: boolean;
        };
        /** @description How fast a campaign calls, over what its text says. What is left out stays; null is as the text has it. */
        PaceChange: {
            /**
             * Format: int32
             * @description Calls at once; 0 is no limit.
             */
            at_once?: number | null;
            /**
             * Format: double
             * @description Calls that may begin in a second; 0 is no limit.
             */
            per_second?: number | null;
        };
        /** @description A passage that an answer came from. */
        Passage: {
            /** @description The document; empty where it is none. */
            document: string;
            /**
             * @description Its id, as under `GET /v1/knowledge/{name}/passages`.
             * @example prices#3
             */
            id: string;
            /**
             * Format: int32
             * @description How likely it answers, 0 to 100.
             */
            score: number;
            /** @description Its heading or question. */
            title: string;
        };
        /** @description An outbound call of late. */
        PastAttempt: {
            /** @description Whether it was answered. */
            answered: boolean;
            /** @description When it was dialled. */
            at: components["schemas"]["Time"];
            /** @description The call. */
            call: string;
            /** @description It was answered, and there was nobody for him. */
            dropped: boolean;
            /** @description What it was for. */
            purpose?: string | null;
        };
        /** @description Somebody who can be booked. */
        PersonInfo: {
            /**
             * @description Path of its calendar as iCalendar, for calendar programs. Whoever knows it reads the appointments.
             * @example /calendar/k3v9x2m7p4q8r5t6w2y3z9a4b7c5d8e2.ics
             */
            feed: string;
            /**
             * @description Its key.
             * @example weber
             */
            key: string;
            /** @description Its name. */
            name: string;
        };
        /** @description What a browser's phone logs in with. */
        PhoneRegistration: {
            /** @description From then on the login is of no use: ask for the next one before. */
            expires_at: components["schemas"]["Time"];
            /** @description STUN and TURN servers for `RTCPeerConnection`. */
            ice_servers: components["schemas"]["IceServer"][];
            /** @description The member. */
            member: string;
            /** @description Password for digest: for this login alone, never the member's own. */
            password: string;
            /** @description Realm for digest. */
            realm: string;
            /**
             * @description Its address.
             * @example sip:anna@callwright
             */
            uri: string;
            /** @description User name for digest (`authorization_user` of JsSIP). */
            user: string;
            /**
             * @description Where to speak SIP: a path of this server, as `ws:` or `wss:`, with the subprotocol `sip`.
             * @example /v1/phone/sip
             */
            websocket: string;
        };
        /** @description A piece of a snippet. */
        Piece: {
            /** @description They are what was searched for. */
            hit: boolean;
            /** @description The words. */
            text: string;
        };
        /** @description A call that was placed. */
        PlacedCall: components["schemas"]["Call"] & {
            webhook?: components["schemas"]["CallWebhook"] | null;
        };
        /** @description Whether a member can be reached. */
        Presence: {
            /** @description The call that it talks in, or that rings. */
            call?: string | null;
            /** @description The member. */
            id: string;
            /**
             * @description Its name.
             * @example anna
             */
            member: string;
            /**
             * @description `offline` (no phone), `available`, `ringing`, `busy` (talks) or `away` (takes no callers).
             * @example available
             */
            state: string;
        };
        /** @description What a contact would hear. */
        Preview: {
            /**
             * Format: int64
             * @description Number of the contact in the books; 0: the first of the campaign's segment, which is to be asked when it starts.
             */
            contact: number;
            /** @description In which language. */
            language: string;
            /** @description What a machine gets; null where it gets nothing. */
            message?: string | null;
            /** @description The same as it is heard. */
            message_spoken?: string | null;
            /** @description What it says first, sentence by sentence, until it waits for an answer: as the voice gets it, with its marks. */
            says: string[];
            /** @description The same as a person hears it: without marks, dates and numbers in words. */
            spoken: string[];
            /** @description What the flow or agent is told. */
            variables: {
                [key: string]: string;
            };
            /** @description Which variant. */
            variant?: string | null;
        };
        /** @description The call that is being made. */
        PreviewPlaced: {
            /** @description Its id. */
            call: string;
        };
        /** @description A contact that a member is shown. */
        PreviewShown: {
            contact?: components["schemas"]["CampaignContact"] | null;
            until?: components["schemas"]["Time"] | null;
            /** @description What the campaign's text says of them, by name. */
            variables: {
                [key: string]: string;
            };
        };
        /** @description What is wrong, and what to do. */
        Problem: Record<string, never> & {
            /**
             * @description What is wrong here, and what to do about it.
             * @example there is no such call: take an id from GET /v1/calls
             */
            detail: string;
            /**
             * Format: int32
             * @description HTTP status.
             * @example 404
             */
            status: number;
            /**
             * @description The kind in words.
             * @example There is no such thing
             */
            title: string;
            /**
             * @description Which kind of problem: a path that begins with `/problems/`, the same for every problem of the kind.
             * @example /problems/not-found
             */
            type: string;
        };
        /** @description How a campaign stands. */
        Progress: {
            /** @description What was dialled for it. */
            attempts: components["schemas"]["Attempts"];
            /**
             * Format: int64
             * @description With whom an attempt goes on.
             */
            calling: number;
            /**
             * Format: int64
             * @description Contacts in all.
             */
            contacts: number;
            /** @description Contacts by what they said or pressed, in the word of the app. */
            dispositions: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description That have an outcome.
             */
            done: number;
            held?: components["schemas"]["Held"] | null;
            /** @description Contacts by outcome. */
            outcomes: {
                [key: string]: number;
            };
            /** @description Why it is paused, where that was not asked for. */
            reason?: string | null;
            segment?: components["schemas"]["AskedStory"] | null;
            /** @description `draft`, `running`, `paused`, `stopped` or `done`. */
            state: string;
            /**
             * Format: int64
             * @description That wait for an attempt.
             */
            waiting: number;
        };
        /** @description How good the sound of a leg was, as received by us. */
        Quality: {
            /**
             * @description Encoding name.
             * @example PCMA
             */
            codec: string;
            /**
             * Format: int64
             * @description RTP packets that came twice.
             */
            duplicates: number;
            /**
             * Format: double
             * @description Interarrival jitter, ms.
             */
            jitter_ms: number;
            /**
             * Format: int64
             * @description RTP packets that came too late.
             */
            late: number;
            /**
             * Format: int64
             * @description RTP packets that never came.
             */
            lost: number;
            /**
             * Format: double
             * @description Estimated mean opinion score, 1 to 4.5.
             */
            mos?: number | null;
            /**
             * Format: int64
             * @description RTP packets received.
             */
            received: number;
            /**
             * Format: double
             * @description Round trip, ms.
             */
            rtt_ms?: number | null;
        };
        /** @description Somebody who waits in a queue. */
        QueueCaller: {
            /** @description The call. */
            call: string;
            /**
             * Format: int64
             * @description How long they have waited, seconds.
             */
            waited_s: number;
        };
        /** @description Calls can be taken. */
        Readiness: {
            /** @description Calls that run now. */
            calls: number;
            /** @description What was looked at. */
            checks: components["schemas"]["Check"][];
            /** @description Always `ready`. */
            status: string;
        };
        /** @description A stereo recording: the caller on the left, our side on the right. */
        Recording: {
            /**
             * Format: int64
             * @description Size of the file; 0 until it is ready.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Length, ms; 0 until it is ready.
             */
            duration_ms: number;
            /** @description Its id. */
            id: string;
            /**
             * Format: int64
             * @description Place of its first sample, in ms from the answer of the call: a line of the transcript is heard at its time less
             *     this; null where it is not known.
             */
            offset_ms?: number | null;
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            /**
             * @description `recording`, `held` (to be silenced in places), `ready`, `cut` (it can be fetched, and lacks what came while the
             *     disk was full) or `failed`.
             * @example ready
             */
            state: string;
            /**
             * @description Where it can be fetched.
             * @example /v1/calls/call_01k2x3y4z5a6b7c8d9e0f1g2h3/recording
             */
            url: string;
        };
        /**
         * @description What to do with a recording.
         * @enum {string}
         */
        RecordingAction: "pause" | "resume";
        /** @description What to do with the recording of a call. */
        RecordingChange: {
            /** @description `pause` writes silence from now on, `resume` writes sound again. */
            action: components["schemas"]["RecordingAction"];
        };
        /** @description Codes that stand in for a one-time code, each good for one use. They are shown here and never again. */
        RecoveryCodes: {
            /** @description The codes. */
            recovery_codes: string[];
        };
        /**
         * @description How our registration at a carrier stands.
         * @enum {string}
         */
        Registration: "none" | "trying" | "registered" | "failed";
        /** @description A check that failed or could not be made. */
        RehearsalFinding: {
            /**
             * @description Which one, as the file names it: `said`, `did_not_say`, `tool`, `no_tool`, `slots`, `transferred`, `outcome`,
             *     `max_turns`, `max_duration`, `latency`, `judge`; `step` for what a script expected, `call` for the call as a whole.
             * @example tool
             */
            check: string;
            /** @description The part of the talk that shows it. */
            excerpt: string;
            /** @description Its line in the text, from 1; null where there is none. */
            line?: number | null;
            /** @description What is wrong, in words. */
            text: string;
        };
        /** @description One caller of a run. */
        RehearsalRow: {
            /** @description What it tries. */
            about: string;
            /**
             * Format: int64
             * @description How long the call would have been, ms.
             */
            duration_ms?: number | null;
            /** @description Checks that failed. */
            failed: components["schemas"]["RehearsalFinding"][];
            /**
             * Format: int64
             * @description The longest such time, ms.
             */
            longest_thinking_ms?: number | null;
            /** @description Name of the rehearsal. */
            name: string;
            /** @description How the call ended: `done` (by the agent), `hung_up` (by the caller), `transferred`, `limit` or `failed`. */
            outcome?: string | null;
            /** @description What was said and done; not in lists. */
            said?: components["schemas"]["RehearsedLine"][] | null;
            /** @description Checks that could not be made, and why. */
            skipped: components["schemas"]["RehearsalFinding"][];
            /** @description How it stands. */
            state: components["schemas"]["RehearsedState"];
            /**
             * Format: int64
             * @description The median time from a question to the agent's brain until its first words, ms.
             */
            thinking_ms?: number | null;
            /** @description Tools that were used; not in lists. */
            tools?: components["schemas"]["RehearsedTool"][] | null;
            /**
             * Format: int32
             * @description Turns of the caller.
             */
            turns?: number | null;
        };
        /** @description A run of rehearsals. */
        RehearsalRun: {
            /** @description The agent. */
            agent: string;
            /** @description Those whose call is over. */
            done: number;
            /** @description Another text was rehearsed than the agent has. */
            draft: boolean;
            ended_at?: components["schemas"]["Time"] | null;
            /** @description Those with whom it was not. */
            failed: number;
            /**
             * @description Its id.
             * @example rehearsal_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description Those with whom everything was as it should be. */
            passed: number;
            /** @description Why it was `refused`, and what to do. */
            reason?: string | null;
            /** @description The table: a row for each caller. */
            rows: components["schemas"]["RehearsalRow"][];
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            /** @description How it stands. */
            state: components["schemas"]["RehearsalState"];
            /** @description Its callers. */
            total: number;
        };
        /** @description A rehearsal that is kept. */
        RehearsalScript: {
            /** @description What it tries. */
            about: string;
            /** @description What is wrong with it, and what somebody should look at. */
            faults: components["schemas"]["TextFault"][];
            /**
             * @description Where it is from: `file`, or `books` where it was written here.
             * @example file
             */
            from: string;
            /**
             * @description Its name.
             * @example reception-booking-en
             */
            name: string;
            /** @description It can be run here: it is sound, and for text. Others are for the telephone: `callwright rehearse --audio`. */
            runs: boolean;
            /** @description Its text: see docs/rehearsal.md. */
            yaml: string;
        };
        /**
         * @description How a run stands.
         * @enum {string}
         */
        RehearsalState: "running" | "done" | "stopped" | "out_of_time" | "refused";
        /** @description One thing that was said or done. */
        RehearsedLine: {
            /**
             * Format: int64
             * @description When, ms from the answer.
             */
            at_ms: number;
            /** @description The agent was interrupted: these are the words that were heard. */
            cut: boolean;
            /** @description The words, or what happened. */
            text: string;
            /** @description `caller`, `agent`, or `house` for what is no speech. */
            who: string;
        };
        /**
         * @description How one caller of a run stands.
         * @enum {string}
         */
        RehearsedState: "waiting" | "running" | "passed" | "failed" | "left_out";
        /** @description A tool that was used. */
        RehearsedTool: {
            /** @description Its arguments. */
            arguments: unknown;
            /** @description Why it failed. */
            failure?: string | null;
            /** @description Its name. */
            name: string;
            /** @description What it gave back; null where it failed. */
            result?: unknown;
        };
        /** @description A report. */
        Report: {
            /**
             * @description A row for each hour and day of the time, also where there was no call; otherwise those of most calls first, at most
             *     500.
             */
            rows: components["schemas"]["Row"][];
            /** @description Over all calls, each counted once. */
            sum: components["schemas"]["Counts"];
        };
        /** @description An event to be sent. */
        Resend: {
            /**
             * @description Its id.
             * @example evt_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            event: string;
        };
        /** @description What came of a campaign. */
        Results: components["schemas"]["Progress"] & {
            /** @description The first two variants beside each other; empty where there are fewer. */
            comparison: components["schemas"]["Comparison"][];
            /** @description How many got how far. */
            funnel: components["schemas"]["Step"][];
            /** @description Which keys were pressed at which node; a code of several digits is not counted. */
            keys: components["schemas"]["KeyPresses"][];
            /** @description Where the calls went in its flows: who came to which node, and who hung up there. The most walked first. */
            nodes: components["schemas"]["NodeWalk"][];
            /** @description What came of each variant; empty where there is one way. */
            variants: components["schemas"]["VariantResults"][];
        };
        /** @description A row of a report. */
        Row: components["schemas"]["Counts"] & {
            /**
             * @description What it is of: the beginning of the hour (RFC 3339), the day, the number, the name of the member or agent, the id of
             *     the campaign, the outcome or the topic; null: calls that have none.
             */
            key?: string | null;
            /** @description The same for people. */
            label: string;
        };
        /** @description A row that cannot be kept. */
        RowFault: {
            /** @description The column. */
            column: string;
            /** @description What is wrong, and what to do about it. */
            problem: string;
            /**
             * Format: int64
             * @description Its line in the file, from 1; in JSON its place in the list, from 1.
             */
            row: number;
        };
        /** @description A part of a script. */
        ScriptStep: {
            /**
             * @description `paragraph` (to be said or read) or `point` (to be done and ticked off).
             * @example point
             */
            kind: string;
            /** @description In plain text; paragraphs may have line breaks. */
            text: string;
        };
        /** @description A secret for one-time codes. It is shown here and never again. */
        SecretShown: {
            /** @description As it is typed into an app. */
            secret: string;
            /** @description As an app reads it from a picture. */
            uri: string;
        };
        /** @description Contacts by what is true of them. */
        Segment: {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description The expression that is true of its contacts.
             * @example 'vip' in contact.tags and contact.city == 'Berlin'
             */
            expression: string;
            /**
             * @description Its name.
             * @example berlin-vip
             */
            name: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description A page of a segment's contacts. */
        SegmentPage: {
            /** @description The contacts, the oldest first. A page may hold fewer than asked for, or none, and yet not be the last one. */
            data: components["schemas"]["Contact"][];
            /** @description What to give as `cursor` for the next page; null at the end. */
            next?: string | null;
        };
        /** @description Something that can be booked. */
        ServiceInfo: {
            /**
             * @description Its key.
             * @example cleaning
             */
            key: string;
            /**
             * Format: int64
             * @description How long it takes, minutes.
             */
            minutes: number;
            /** @description Its name, in the language of the business. */
            name: string;
            /** @description Who offers it. */
            persons: string[];
        };
        /** @description A session. */
        Session: {
            /** @description To be sent as the header `X-CSRF-Token` with everything that changes something. */
            csrf: string;
            /** @description When the session ends if it is not used any more. */
            expires_at: components["schemas"]["Time"];
            /** @description What they may do. */
            scopes: string[];
            user: components["schemas"]["SessionUser"];
        };
        /** @description Whoever is signed in. */
        SessionUser: {
            /** @description Name that is shown. */
            display: string;
            /** @description Id. */
            id: string;
            /** @description BCP 47. */
            language?: string | null;
            /** @description Id of the member whose phone is theirs. */
            member?: string | null;
            /** @description Name. */
            name: string;
            /** @description `admin`, `manager`, `member` or `reviewer`. */
            role: string;
            /** @description They sign in with a one-time code, too. */
            second_factor: boolean;
        };
        /** @description A section of the settings. */
        Setting: {
            /**
             * @description Where that is from: `file`, or `books` where it was set here.
             * @example file
             */
            from: string;
            /**
             * @description What holds. `hours`: by weekday, such as `{"monday": "08:00-12:00, 13:00-17:30", "sunday": "closed"}`; `holidays`:
             *     a list of `{name, date | date and until | easter, hours}` as in business.yaml; `retention`: `{events_days,
             *     calls_days, tags}`, 0 for ever; `redaction`: `{redact: off | text | text_and_audio, patterns: [{name, regex}]}`;
             *     `scripts`: texts by queue, each of at most 8 KiB, such as `{"desk": "Hello {{ name }}"}`.
             */
            value: Record<string, never>;
        };
        /** @description The SIP messages of a call, the oldest first. */
        Signalling: {
            /** @description The call. */
            call: string;
            /**
             * Format: int64
             * @description Messages that there was no room for.
             */
            dropped: number;
            /** @description The messages. */
            messages: components["schemas"]["Message"][];
        };
        /** @description What is given to sign in. */
        SignIn: {
            /** @description The one-time code that an app shows now, or a recovery code. */
            code?: string | null;
            /**
             * @description Name.
             * @example anna
             */
            name: string;
            /** @description Password. */
            password: string;
        };
        /** @description How one can sign in. */
        SignInOptions: {
            /** @description Nobody is there yet: the link that the program printed at its start makes the first admin. */
            first_start: boolean;
            openid?: components["schemas"]["OpenIdOption"] | null;
            /** @description By name and password. */
            password: boolean;
        };
        /** @description Which contact a member does not take. */
        SkipPreview: {
            /**
             * Format: int32
             * @description How long it waits then, seconds: an hour where it is not said, 30 days at most.
             */
            again_in_s?: number | null;
            /**
             * Format: int64
             * @description `id` of the contact that is shown.
             */
            contact: number;
            /**
             * @description The member's name.
             * @example anna
             */
            member: string;
        };
        /** @description A document or a web site that agents may name under `knowledge`. */
        Source: {
            /** @description Of a web site: where it begins. */
            address?: string | null;
            due_at?: components["schemas"]["Time"] | null;
            /** @description Why it could not be read. */
            fault?: string | null;
            /**
             * @description `document`, `site` or `answers` (given to open questions).
             * @example document
             */
            kind: string;
            /** @description BCP 47 language; null: that of the agent that reads it. */
            language?: string | null;
            /**
             * @description Its name.
             * @example prices
             */
            name: string;
            /**
             * Format: int32
             * @description How many passages it has.
             */
            passages: number;
            read_at?: components["schemas"]["Time"] | null;
            /**
             * Format: int64
             * @description Of a web site: how often it is read, hours.
             */
            refresh_hours?: number | null;
            /**
             * @description `waiting` (to be read), `ready`, or `failed`: then what was read before is still known.
             * @example ready
             */
            state: string;
        };
        /** @description A step of the funnel. */
        Step: {
            /**
             * Format: int64
             * @description How many contacts.
             */
            contacts: number;
            /** @description `contacts`, `dialled`, `answered`, `reached`, and then what they said, in the word of the app. */
            step: string;
        };
        /** @description A supervision as it was asked for. */
        Supervision: {
            /** @description The call. */
            call: string;
            /** @description The member whose phone rings. */
            member: string;
            /**
             * @description How it is to take part.
             * @example listen
             */
            mode: string;
        };
        /** @description That somebody is not to be called. */
        Suppression: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who wrote it down. */
            author?: string | null;
            /** @description The call in which it was said. */
            call?: string | null;
            /**
             * @description How it was said: `key`, `voice`, `inbound`, `api`, `import`, `member`.
             * @example key
             */
            method: string;
            /**
             * Format: int64
             * @description Where in that call, ms from the answer.
             */
            moment_ms?: number | null;
            /**
             * @description The number in E.164 or the address; `#` and a salted digest once the person was erased.
             * @example +4930901820
             */
            number: string;
            /** @description For what; null: for nothing at all. */
            purpose?: string | null;
            /** @description The key that was pressed, or what was said. */
            said?: string | null;
        };
        /** @description A row that says again what an earlier one says. */
        TableDuplicate: {
            /**
             * Format: int64
             * @description Its line.
             */
            line: number;
            /**
             * Format: int64
             * @description That of the earlier one.
             */
            of: number;
        };
        /** @description What is wrong with a row. */
        TableFault: {
            /** @description The heading of the column; null for the row as a whole. */
            column?: string | null;
            /**
             * Format: int64
             * @description Its line in the file, from 1.
             */
            line: number;
            /** @description What is wrong, and what to do. */
            message: string;
        };
        /** @description The tags of a call. */
        Tags: {
            /**
             * @description At most 32, each of at most 64 characters.
             * @example [
             *       "complaint",
             *       "vip"
             *     ]
             */
            tags: string[];
        };
        /** @description Which contact a member takes. */
        TakePreview: {
            /**
             * Format: int64
             * @description `id` of the contact that is shown.
             */
            contact: number;
            /**
             * @description The member's name.
             * @example anna
             */
            member: string;
        };
        /** @description A call to oneself. */
        TestCall: {
            /**
             * Format: int64
             * @description What this contact would hear; the first where it is not said.
             */
            contact?: number | null;
            /**
             * @description Your own number, address or member's name.
             * @example anna
             */
            to: string;
        };
        /** @description The call that was placed. */
        TestPlaced: {
            /** @description Its id. */
            call: string;
        };
        /** @description One thing that is wrong with a flow or an agent. */
        TextFault: {
            /** @description Column, from 1. */
            column: number;
            /** @description Line, from 1. */
            line: number;
            /** @description What is wrong. */
            message: string;
            /** @description `error`, for which the text is refused, or `warning`. */
            severity: string;
            /** @description What to do about it. */
            suggestion?: string | null;
        };
        /** @description A matter of a contact that the business works on. */
        Ticket: {
            /** @description What the contact may be told of it when he calls. */
            answer: string;
            /** @description The call in which it was made. */
            call?: string | null;
            /** @description A word of the business's own. */
            category?: string | null;
            /** @description Whose it is. */
            contact?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /**
             * @description Its id.
             * @example ticket_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description Name, as the caller gave it. */
            name?: string | null;
            /**
             * Format: int32
             * @description Its number, as people say it.
             * @example 1001
             */
            number: number;
            /** @description Number to reach him by, where it is not the contact's. */
            phone?: string | null;
            /**
             * @description `low`, `normal`, `high` or `urgent`.
             * @example normal
             */
            priority: string;
            /**
             * @description `open`, `waiting` (for the contact) or `closed`.
             * @example open
             */
            state: string;
            /** @description What it is about, in a line. */
            subject: string;
            /** @description The whole of it. */
            text: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What to change of a ticket: what is not named stays. */
        TicketChange: {
            /** @description What the contact may be told of it when he calls. */
            answer?: string | null;
            /** @description A word of the business's own; null empties it. */
            category?: string | null;
            /** @description `low`, `normal`, `high` or `urgent`. */
            priority?: string | null;
            /** @description `open`, `waiting` or `closed`. */
            state?: string | null;
            /** @description What it is about. */
            subject?: string | null;
        };
        /**
         * Format: date-time
         * @description A moment, kept as ms since the Unix epoch, written as RFC 3339 in UTC.
         * @example 2026-03-05T14:30:00.125Z
         */
        Time: string;
        /** @description A tool that an agent used. */
        ToolUse: {
            /**
             * @description Its arguments; null where nothing of the call was written down at that moment. What the caller typed for it is
             *     never here.
             */
            arguments: unknown;
            /**
             * Format: int64
             * @description When it began, in ms from the answer of the call.
             * @example 12400
             */
            at_ms: number;
            failure?: components["schemas"]["Failure"] | null;
            /** @description What it gave back; null where it failed. */
            result: unknown;
            /**
             * Format: int64
             * @description How long it took, ms.
             * @example 180
             */
            took_ms: number;
            /**
             * @description The tool.
             * @example find_slots
             */
            tool: string;
        };
        /** @description All that was said in a call. */
        Transcript: {
            /** @description The call. */
            call: string;
            /** @description The lines, by the time at which they begin. */
            lines: components["schemas"]["NumberedLine"][];
            recording?: components["schemas"]["Aligned"] | null;
            /**
             * @description `open` while lines come in, `ready` when it is complete; null where nothing was written down.
             * @example ready
             */
            state?: string | null;
            /** @description The tools that an agent used, in the order in which they were done. */
            tools: components["schemas"]["ToolUse"][];
            /** @description The turns of an agent, in their order. */
            turns: components["schemas"]["Turn"][];
        };
        /** @description What came of it. The same call again, with one more input and the same `at`, goes on from there. */
        Tried: {
            /** @description When the call began. */
            at: components["schemas"]["Time"];
            /** @description What happened at the beginning, and after each input. */
            turns: components["schemas"]["TriedTurn"][];
            /**
             * @description What it waits for: `keys`, `words` (or keys), `message`, `transfer`, `reply` (of a system), `tool`, `guest` (an
             *     agent gives the call back) or `nothing` (it is over).
             * @example keys
             */
            waits: string;
        };
        /** @description One thing that happened. */
        TriedLine: {
            /**
             * Format: int64
             * @description Virtual time since the call began, ms.
             */
            at_ms: number;
            /** @description Of `node`: its flow. */
            flow?: string | null;
            /**
             * @description `node` (it came to one), `answered`, `said`, `sound`, `silence`, `listens`, `records`, `rings`, `asks` (a system),
             *     `uses` (a tool), `guest` (an agent has the call), `caller_left`, `ended` or `note`.
             * @example said
             */
            kind: string;
            /** @description Of `said`: its language. */
            language?: string | null;
            /** @description The words, the node, whom it rings, the address or the tool that it asks, why it ended, or the note. */
            text: string;
        };
        /** @description What happened until the flow waited. */
        TriedTurn: {
            /** @description What was typed; null at the beginning. */
            input?: string | null;
            /** @description In its order. */
            lines: components["schemas"]["TriedLine"][];
        };
        /** @description Somebody who is to be called by a campaign that calls one by one. */
        Trigger: {
            /** @description Their own time, such as that of the appointment. */
            appointment?: string | null;
            /** @description Other fields. */
            fields?: {
                [key: string]: string;
            };
            /** @description Tells calls to one number apart, such as the id of an appointment: the same again is the same call. */
            key?: string;
            /** @description The language, such as `de`. */
            language?: string | null;
            /** @description The name. */
            name?: string | null;
            /**
             * @description The number, E.164 or as it is written in the business's country.
             * @example +4930901820
             */
            number: string;
            /** @description The time zone, such as `Europe/Berlin`. */
            time_zone?: string | null;
            /** @description Goes before everybody else. */
            urgent?: boolean;
        };
        /** @description An account at a carrier. */
        Trunk: components["schemas"]["TrunkSettings"] & {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /** @description A password is kept. It is never shown. */
            has_password: boolean;
            /**
             * @description Its id.
             * @example trunk_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description Our name for it. */
            name: string;
            state?: components["schemas"]["TrunkState"] | null;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /**
         * @description Where a trunk puts the number that is called.
         * @enum {string}
         */
        TrunkCalledNumber: "auto" | "to" | "called-party-id";
        /** @description What to change of a trunk: what is not named stays. Settings as in a trunk to be made. */
        TrunkChange: components["schemas"]["TrunkSettings"] & {
            /** @description Our name for it. */
            name?: string | null;
            /** @description A new password. */
            password?: string | null;
        };
        /**
         * @description How a trunk is told that a call was forwarded.
         * @enum {string}
         */
        TrunkDiversion: "off" | "diversion" | "history-info" | "both";
        /**
         * @description An extension of SIP that a trunk may be spared.
         * @enum {string}
         */
        TrunkExtension: "100rel" | "timer" | "update";
        /**
         * @description The header that says who calls, beside From.
         * @enum {string}
         */
        TrunkIdentity: "from" | "pai" | "ppi" | "rpid";
        /**
         * @description How a trunk is sent keys.
         * @enum {string}
         */
        TrunkKeys: "auto" | "sound" | "info";
        /**
         * @description How a trunk writes numbers.
         * @enum {string}
         */
        TrunkNumberFormat: "e164" | "plain" | "international" | "national";
        /**
         * @description How a trunk is told that who calls is withheld.
         * @enum {string}
         */
        TrunkPrivacy: "anonymous" | "header" | "from";
        /**
         * @description The response that tells a trunk of sound before our answer.
         * @enum {string}
         */
        TrunkProgress: "183" | "180";
        /**
         * @description What becomes of calls whose caller's number is not proved by a signature (STIR/SHAKEN).
         * @enum {string}
         */
        TrunkProof: "mark" | "reject" | "require";
        /** @description Peculiarities of a trunk, each as its carrier asks for. */
        TrunkQuirks: {
            /**
             * @description Where the number that is called stands: `auto`, `to`, `called-party-id`.
             * @default auto
             */
            called_number: components["schemas"]["TrunkCalledNumber"];
            /**
             * @description Extensions that calls by it do without: `100rel`, `timer`, `update`.
             * @default []
             */
            disable: components["schemas"]["TrunkExtension"][];
            /**
             * @description Sound before the answer (183) is let in.
             * @default true
             */
            early_media: boolean;
            /**
             * @description From carries our account, whoever calls: for carriers that tell customers apart by it.
             * @default false
             */
            from_account: boolean;
            /**
             * @description The host of From, where it is not the trunk's host.
             * @default null
             */
            from_domain: string | null;
            /**
             * @description How keys are sent to it: `auto`, `sound`, `info`.
             * @default auto
             */
            keys: components["schemas"]["TrunkKeys"];
            /**
             * Format: int32
             * @description Max-Forwards of calls that begin here.
             * @default 70
             */
            max_forwards: number;
            /**
             * @description How it writes numbers: `e164` (+49...), `plain` (49...), `international` (0049...), `national` (0...).
             * @default e164
             */
            number_format: components["schemas"]["TrunkNumberFormat"];
            /**
             * @description It is asked for a sign of life by OPTIONS.
             * @default true
             */
            options_ping: boolean;
            /**
             * @description The response that tells it of sound before our answer: `183`, `180`.
             * @default 183
             */
            progress: components["schemas"]["TrunkProgress"];
            /**
             * Format: int32
             * @description The length of packets that is asked for, ms.
             * @default 20
             */
            ptime_ms: number;
            /**
             * @description Calls by it require that what goes before the answer is confirmed (`Require: 100rel`).
             * @default false
             */
            require_100rel: boolean;
            /**
             * @description RTP is sent to where it comes from; `false`: to the signalled address alone.
             * @default true
             */
            symmetric_rtp: boolean;
            /**
             * @description Numbers are marked with `;user=phone`.
             * @default false
             */
            user_phone: boolean;
        };
        /** @description What the books keep of a trunk besides its name and its password. */
        TrunkSettings: {
            /**
             * @description It may hand its calls over to our numbers, by REFER or Replaces.
             * @default false
             */
            accept_refer: boolean;
            /**
             * @description Addresses and networks that its calls come from, besides the host's own.
             * @default []
             */
            addresses: string[];
            /**
             * @description Destinations allowed, as prefixes in E.164 (`+49`); empty: all.
             * @default []
             */
            allowed_prefixes: string[];
            /**
             * @description User name for digest, where it is another one.
             * @default null
             */
            auth_user: string | null;
            /**
             * @description Caller id of outbound calls where nothing else is said.
             * @default null
             */
            caller_id: string | null;
            /**
             * @description Destinations refused, as prefixes in E.164, also within those allowed.
             * @default []
             */
            denied_prefixes: string[];
            /**
             * @description How we say for whom a forwarded call was at first: `off`, `diversion`, `history-info` or `both`.
             * @default off
             */
            diversion: components["schemas"]["TrunkDiversion"];
            /**
             * @description The carrier's SIP host, with `:port` where it is not the standard one.
             * @default
             * @example sip.carrier.example
             */
            host: string;
            /**
             * @description How we say who calls: `from`, `pai`, `ppi` or `rpid`.
             * @default from
             */
            identity: components["schemas"]["TrunkIdentity"];
            /**
             * @description The most calls at a time; 0: no limit of its own.
             * @default 0
             */
            max_calls: number;
            /**
             * @description Where its requests are sent in place of `host`: `proxy.carrier.example:5061;transport=tls`.
             * @default null
             */
            outbound_proxy: string | null;
            /**
             * @description How we say that this is withheld: `anonymous`, `header` or `from`.
             * @default anonymous
             */
            privacy: components["schemas"]["TrunkPrivacy"];
            /**
             * @description What becomes of calls whose caller's number is not proved: `mark`, `reject` or `require`.
             * @default mark
             */
            proof: components["schemas"]["TrunkProof"];
            /**
             * @description Peculiarities: see `docs/trunks.md`.
             * @default {
             *       "number_format": "e164",
             *       "user_phone": false,
             *       "from_domain": null,
             *       "from_account": false,
             *       "called_number": "auto",
             *       "disable": [],
             *       "require_100rel": false,
             *       "early_media": true,
             *       "progress": "183",
             *       "keys": "auto",
             *       "options_ping": true,
             *       "ptime_ms": 20,
             *       "symmetric_rtp": true,
             *       "max_forwards": 70
             *     }
             */
            quirks: components["schemas"]["TrunkQuirks"];
            /**
             * @description What a minute costs, by prefixes in E.164: the longest that fits counts.
             * @default {}
             */
            rates: {
                [key: string]: number;
            };
            /**
             * @description Register, so that calls reach us (`false`: the carrier sends to our address).
             * @default false
             */
            register: boolean;
            /**
             * @description Our calls are signed, by the key of `[stir]`.
             * @default false
             */
            sign: boolean;
            /**
             * Format: double
             * @description What one call may cost; 0: no limit.
             * @default 0
             */
            spend_limit_call: number;
            /**
             * Format: double
             * @description What all calls of a day may cost; 0: no limit. Destinations without a rate are refused where there is a limit.
             * @default 0
             */
            spend_limit_day: number;
            /**
             * @description Whether its sound is encrypted: `off`, `optional` or `required`.
             * @default off
             */
            srtp: components["schemas"]["TrunkSrtp"];
            /**
             * @description How its callers are put through to outside numbers: `bridge`, or `refer`, which asks the carrier to do it.
             * @default bridge
             */
            transfer: components["schemas"]["TrunkTransfer"];
            /**
             * @description `udp`, `tcp` or `tls`.
             * @default udp
             */
            transport: components["schemas"]["TrunkTransport"];
            /**
             * @description Our user name there; empty for a trunk by address.
             * @default
             */
            user: string;
        };
        /**
         * @description Whether a trunk's sound is encrypted (SRTP).
         * @enum {string}
         */
        TrunkSrtp: "off" | "optional" | "required";
        /** @description How a trunk stands. */
        TrunkState: {
            /**
             * Format: int64
             * @description Calls on it now.
             */
            calls: number;
            /** @description What went wrong last. */
            last_error?: string | null;
            /** @description Whether the carrier answers OPTIONS; null while it is not known. */
            reachable?: boolean | null;
            /** @description The registration. */
            registration: components["schemas"]["Registration"];
            /**
             * Format: int64
             * @description Round trip of the last OPTIONS, ms.
             */
            rtt_ms?: number | null;
        };
        /**
         * @description How a caller is put through to an outside number.
         * @enum {string}
         */
        TrunkTransfer: "bridge" | "refer";
        /**
         * @description How SIP is carried to a trunk.
         * @enum {string}
         */
        TrunkTransport: "udp" | "tcp" | "tls";
        /** @description A flow to be run by typing. */
        Try: {
            /** @description When the call begins; now when it is not said. */
            at?: string | null;
            /**
             * @description Who calls.
             * @example +12025550123
             */
            caller?: string | null;
            /** @description `inbound` (when it is not said) or `outbound`. */
            direction?: string | null;
            /**
             * @description What is typed, in its order: keys (`1`, `123#`), an empty text for silence, `say WORDS`, `wait 30s`, `answer`,
             *     `busy`, `no_answer`, `unavailable` or `declined` for a transfer, `reply 200 BODY` or `fail` for a request,
             *     `result JSON` or `fail` for a tool, `return JSON` for an agent, `hangup`. At most 200.
             * @example [
             *       "1",
             *       "say opening hours"
             *     ]
             */
            inputs?: string[];
            /**
             * @description BCP 47 language to begin with.
             * @example en
             */
            language?: string | null;
            /** @description Variables that whoever places the call hands over. */
            variables?: {
                [key: string]: unknown;
            };
            /** @description The flow's text; that of its active version when it is not said. */
            yaml?: string | null;
        };
        /** @description How long the stages of an agent's turn took, ms; null where one did not happen. */
        Turn: {
            /** @description The brain that answered. */
            brain?: string | null;
            /**
             * Format: int64
             * @description From the first clause until its first audible sample.
             */
            first_audio?: number | null;
            /**
             * Format: int64
             * @description From asking the brain until the first clause was complete.
             */
            first_clause?: number | null;
            /**
             * Format: int64
             * @description From asking the brain until its first token.
             */
            first_token?: number | null;
            /** @description The caller interrupted it. */
            interrupted: boolean;
            /** @description The passages of documents that the answer came from, the best first. */
            sources: components["schemas"]["Passage"][];
            /** @description The answer had been prepared before the turn was over. */
            speculated: boolean;
            /**
             * Format: int64
             * @description End of the caller's speech, in ms from the answer of the call.
             */
            speech_ended_ms: number;
            /**
             * Format: int64
             * @description From the end of the caller's speech until our first audible sample.
             */
            total?: number | null;
            /**
             * Format: int64
             * @description From there until the turn was held for ended.
             */
            turn_end?: number | null;
            /**
             * Format: int32
             * @description Answers that were prepared and thrown away.
             */
            wasted: number;
        };
        /** @description What is given with a one-time link. */
        UseLink: {
            /** @description Name that is shown. */
            display?: string | null;
            /** @description What the first admin is called to sign in. */
            name?: string | null;
            /** @description The password that is wanted: 12 characters at least. */
            password: string;
            /** @description What stands behind the `#` of the link. */
            token: string;
        };
        /** @description Somebody who may sign in. */
        User: {
            /** @description They have set a password, or signed in by OpenID Connect: their invitation is used. */
            active: boolean;
            /** @description When they were added. */
            created_at: components["schemas"]["Time"];
            /** @description They may not sign in. */
            disabled: boolean;
            /** @description Name that is shown. */
            display: string;
            /** @description Id. */
            id: string;
            /** @description BCP 47; null: the browser's. */
            language?: string | null;
            /** @description Id of the member whose phone is theirs. */
            member?: string | null;
            /**
             * @description What they sign in with.
             * @example anna
             */
            name: string;
            /** @description An account at the provider of OpenID Connect is theirs. */
            openid: boolean;
            /** @description `admin`, `manager`, `member` or `reviewer`. */
            role: string;
            /** @description They sign in with a one-time code, too. */
            second_factor: boolean;
            /** @description When they were last changed. */
            updated_at: components["schemas"]["Time"];
        };
        /** @description What is changed of a user; what is not named stays. */
        UserChange: {
            /** @description True: they may not sign in, and their sessions end. */
            disabled?: boolean | null;
            /** @description Name that is shown. */
            display?: string | null;
            /** @description True: the account at the provider of OpenID Connect that is theirs is forgotten, so that another one can be. */
            forget_openid?: boolean;
            /** @description BCP 47; null for the browser's. */
            language?: string | null;
            /** @description Id of the member whose phone is theirs; null for none. */
            member?: string | null;
            /** @description `admin`, `manager`, `member` or `reviewer`. */
            role?: string | null;
        };
        /** @description What came of a variant. */
        VariantResults: {
            /** @description What was dialled for it. */
            attempts: components["schemas"]["Attempts"];
            /**
             * Format: int64
             * @description Contacts that heard it.
             */
            contacts: number;
            /** @description By what they said or pressed. */
            dispositions: components["schemas"]["BTreeMap"];
            /** @description By outcome. */
            outcomes: components["schemas"]["BTreeMap"];
            /** @description Its name. */
            variant: string;
        };
        /** @description A message that a caller left. */
        Voicemail: {
            /**
             * Format: int64
             * @description Size of the file.
             */
            bytes: number;
            /** @description The call in which it was left. */
            call: string;
            /** @description Who left it. */
            contact?: string | null;
            /** @description When it was left. */
            created_at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Length, ms.
             */
            duration_ms: number;
            heard_at?: components["schemas"]["Time"] | null;
            /** @description It is to be silenced in places before it can be fetched: wait for the event `voicemail.received`. */
            held: boolean;
            /**
             * @description Its id.
             * @example vm_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /**
             * @description Name of a member or of a group.
             * @example reception
             */
            mailbox: string;
            /** @description Where its sound can be fetched. */
            url: string;
        };
        /** @description What to change of a voicemail. */
        VoicemailChange: {
            /** @description Whether it was heard. The first time stays. */
            heard: boolean;
        };
        /** @description How loud both voices of a recording are from moment to moment. */
        Waveform: {
            /** @description The caller: the greatest deflection of each moment, 0 to 255. */
            caller: number[];
            /**
             * Format: int64
             * @description Length of the sound, ms.
             */
            duration_ms: number;
            /**
             * Format: int64
             * @description Place of the first value, in ms from the answer of the call; null where it is not known.
             */
            offset_ms?: number | null;
            /**
             * Format: int32
             * @description Values of a second: 50, fewer for long recordings.
             */
            per_second: number;
            /** @description Our side. */
            us: number[];
        };
        /** @description A place that events are sent to, by POST, signed as Standard Webhooks asks. */
        Webhook: {
            /** @description When it was made. */
            created_at: components["schemas"]["Time"];
            /** @description Why we stopped sending on our own, if we did. */
            disabled_reason?: string | null;
            /** @description Whether events are sent at all. */
            enabled: boolean;
            /** @description Types of event that are sent: exact (`call.ended`), a group (`call.*`) or all (`*`). */
            events: string[];
            /**
             * @description Its id.
             * @example hook_01k2x3y4z5a6b7c8d9e0f1g2h3
             */
            id: string;
            /** @description It was named by calls when they were placed, and is told of those only. */
            per_call: boolean;
            /**
             * @description The secret that events are signed with. Only shown when it is new.
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
             */
            secret?: string | null;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Time"];
            /**
             * @description Where events are sent.
             * @example https://example.org/callwright
             */
            url: string;
        };
        /** @description What to change of a webhook: what is not named stays. */
        WebhookChange: {
            /** @description Whether events are sent at all: `true` also after we stopped on our own. */
            enabled?: boolean | null;
            /** @description Types of event that are sent. */
            events?: string[] | null;
            /** @description A new secret. */
            secret?: string | null;
            /** @description Where events are sent. */
            url?: string | null;
        };
        /**
         * @description How a finding weighs.
         * @enum {string}
         */
        Weight: "ok" | "warning" | "fault";
        /** @description From when on it does not hold any more. */
        Withdrawal: {
            /**
             * Format: date-time
             * @description From this time on; now when it is not said.
             */
            at?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getFeed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As `GET /v1/calendar` gives it, with `.ics` */
                feed: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Calls cannot be taken */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description New calls run this version; a running call keeps the version that it began with. */
                            active: boolean;
                            /** @description When it was written. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example assistant
                             */
                            name: string;
                            /**
                             * Format: int32
                             * @description 1, 2, 3 ...
                             */
                            version: number;
                            /** @description What somebody should look at although the agent was taken. */
                            warnings?: components["schemas"]["TextFault"][];
                            /** @description The text; not in lists. */
                            yaml?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAgent: {
        parameters: {
            query?: {
                /** @description The version; the active one when it is not said. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putAgent: {
        parameters: {
            query?: {
                /** @description Only check it: nothing is changed. */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description Lower-case letters, digits, `-` and `_` */
                name: string;
            };
            cookie?: never;
        };
        /** @description The agent: see docs/agents.md */
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            /** @description It is the active version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description It was only checked, and has no fault */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A number is answered by it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRehearsalScripts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What it tries. */
                            about: string;
                            /** @description What is wrong with it, and what somebody should look at. */
                            faults: components["schemas"]["TextFault"][];
                            /**
                             * @description Where it is from: `file`, or `books` where it was written here.
                             * @example file
                             */
                            from: string;
                            /**
                             * @description Its name.
                             * @example reception-booking-en
                             */
                            name: string;
                            /** @description It can be run here: it is sound, and for text. Others are for the telephone: `callwright rehearse --audio`. */
                            runs: boolean;
                            /** @description Its text: see docs/rehearsal.md. */
                            yaml: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putRehearsalScript: {
        parameters: {
            query?: {
                /** @description Only check it: nothing is changed. */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
                /** @description Lower-case letters, digits, `-` and `_` */
                script: string;
            };
            cookie?: never;
        };
        /** @description See docs/rehearsal.md */
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            /** @description It is kept */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RehearsalScript"];
                };
            };
            /** @description It was only checked, and has no fault */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteRehearsalScript: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
                /** @description Name of the rehearsal */
                script: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRehearsals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The agent. */
                            agent: string;
                            /** @description Those whose call is over. */
                            done: number;
                            /** @description Another text was rehearsed than the agent has. */
                            draft: boolean;
                            ended_at?: components["schemas"]["Time"] | null;
                            /** @description Those with whom it was not. */
                            failed: number;
                            /**
                             * @description Its id.
                             * @example rehearsal_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description Those with whom everything was as it should be. */
                            passed: number;
                            /** @description Why it was `refused`, and what to do. */
                            reason?: string | null;
                            /** @description The table: a row for each caller. */
                            rows: components["schemas"]["RehearsalRow"][];
                            /** @description When it began. */
                            started_at: components["schemas"]["Time"];
                            /** @description How it stands. */
                            state: components["schemas"]["RehearsalState"];
                            /** @description Its callers. */
                            total: number;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    beginRehearsals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRehearsalRun"];
            };
        };
        responses: {
            /** @description It runs */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RehearsalRun"];
                };
            };
            /** @description Nothing can be rehearsed now; `code` is `day_cost` where the agent has cost what it may in a day */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description One has faults: each is in `faults`, with its line; `script` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many run as may */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRehearsals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                id: string;
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RehearsalRun"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopRehearsals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                id: string;
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It runs no more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAgentVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the agent */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description New calls run this version; a running call keeps the version that it began with. */
                            active: boolean;
                            /** @description When it was written. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example assistant
                             */
                            name: string;
                            /**
                             * Format: int32
                             * @description 1, 2, 3 ...
                             */
                            version: number;
                            /** @description What somebody should look at although the agent was taken. */
                            warnings?: components["schemas"]["TextFault"][];
                            /** @description The text; not in lists. */
                            yaml?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAppointments: {
        parameters: {
            query?: {
                /** @description Made in this call. */
                call?: string;
                /** @description Of this contact. */
                contact?: string;
                /** @description From this day on, at the business; today when it is not said. */
                from?: string;
                /** @description Of this person. */
                person?: string;
                /** @description `booked` or `cancelled`. */
                state?: string;
                /** @description To this day, included. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The call in which it was made. */
                            call?: string | null;
                            /** @description Whose it is. */
                            contact?: string | null;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /** @description When it ends. */
                            ends_at: components["schemas"]["Time"];
                            /**
                             * @description Its id.
                             * @example appt_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description BCP 47 language that was spoken. */
                            language?: string | null;
                            /** @description Name, as the caller gave it. */
                            name?: string | null;
                            /** @description What it is about. */
                            note: string;
                            /** @description Key of the person who has it. */
                            person: string;
                            /** @description Number to reach him by, where it is not the contact's. */
                            phone?: string | null;
                            /** @description Key of the service. */
                            service: string;
                            /** @description When it begins. */
                            starts_at: components["schemas"]["Time"];
                            /**
                             * @description `booked` or `cancelled`.
                             * @example booked
                             */
                            state: string;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bookAppointment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAppointment"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description The time is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAppointment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the appointment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelAppointment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the appointment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    moveAppointment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the appointment */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveTo"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description The time is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAppointmentIcs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the appointment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description A code, such as `recording.read`. */
                action?: string;
                /** @description Id of a user, or name of a key. */
                actor?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description At this time or after: RFC 3339. */
                from?: string;
                /** @description The most entries on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Id of what it was done to. */
                object?: string;
                /** @description Before this time. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * @description What: a code that stays the same.
                             * @example recording.read
                             */
                            action: string;
                            /** @description Id of the user, name of the key. */
                            actor?: string | null;
                            /** @description Whence. */
                            address?: string | null;
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description Id. */
                            id: string;
                            /** @description Who: `user`, `key`, or `none` where nobody is known. */
                            kind: string;
                            /** @description To what: its id, or several with a `/` between them. */
                            object?: string | null;
                            /** @description `ok`, `refused` (it was not permitted) or `failed`. */
                            result: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `json`, `text` or `nftables`. */
                format: "json" | "text" | "nftables";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The offence that was the last straw: `garbage`, `unknown_user`, `wrong_password`, `foreign_number` or `scanner`. */
                            reason: string;
                            /**
                             * @description An IPv4 address, or a /64 of IPv6.
                             * @example 203.0.113.9
                             */
                            source: string;
                            /**
                             * Format: int32
                             * @description How often it has been banned.
                             */
                            times: number;
                            /** @description When the ban ends. */
                            until: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftBans: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description An address or a network; all where it is not said. */
                source: string | null;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lifted"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarInfo"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewFeed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of the person */
                person: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonInfo"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSlots: {
        parameters: {
            query: {
                /**
                 * @description The first day; today when it is not said.
                 * @example 2026-11-24
                 */
                from?: string;
                /** @description The most slots: 1 to 200, 20 when it is not said. */
                limit?: number;
                /** @description `morning`, `afternoon` or `evening`. */
                part?: string;
                /** @description Key of the person. */
                person?: string;
                /** @description Key of the service. */
                service: string;
                /**
                 * @description Time of the day.
                 * @example 14:00
                 */
                time?: string;
                /** @description The last day; without it as far as can be booked, or with `from` that day. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Who has time. */
                            person: string;
                            /**
                             * @description When it begins, at the business.
                             * @example 2026-11-24T14:00
                             */
                            start: string;
                            /** @description The same, in UTC. */
                            starts_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCalls: {
        parameters: {
            query?: {
                /** @description Name of the agent that it ran. */
                agent?: string;
                /** @description Id or name of a campaign. */
                campaign?: string;
                /** @description Id of a contact. */
                contact?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `inbound` or `outbound`. */
                direction?: string;
                /** @description Begun at this time or after: RFC 3339, such as `2026-03-05T14:30:00Z`. */
                from?: string;
                /** @description The most calls on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Name of a member who made the call, was called, or was to be brought in. */
                member?: string;
                /** @description That were talked in for so many seconds or longer. */
                min_s?: number;
                /** @description Our number or address. */
                number?: string;
                /** @description What came of it, such as `appointment_booked`: see `GET /v1/calls/{id}/insights`. */
                outcome?: string;
                /** @description How the caller felt: `positive`, `neutral` or `negative`. */
                sentiment?: string;
                /** @description `ringing`, `active` or `ended`. */
                state?: string;
                /** @description A tag that it has. */
                tag?: string;
                /** @description Begun before this time. */
                to?: string;
                /** @description A topic that it was about. */
                topic?: string;
                /** @description Words that were all said in one line, as heard or as corrected: as `GET /v1/transcripts/search` reads them. */
                words?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Name of the agent that it ran. */
                            agent?: string | null;
                            answered_at?: components["schemas"]["Time"] | null;
                            /**
                             * @description Who or what answered, where the call was screened.
                             * @example person
                             */
                            answered_by?: string | null;
                            campaign?: components["schemas"]["Named"] | null;
                            /**
                             * @description Why it ended: as in `GET /v1/calls/{id}`.
                             * @example normal
                             */
                            cause?: string | null;
                            contact?: components["schemas"]["Named"] | null;
                            /**
                             * @description `inbound` or `outbound`.
                             * @example inbound
                             */
                            direction: string;
                            /**
                             * Format: int64
                             * @description From the answer to the end, ms.
                             */
                            duration_ms?: number | null;
                            ended_at?: components["schemas"]["Time"] | null;
                            /** @description Name of the flow that it ran. */
                            flow?: string | null;
                            /**
                             * @description Who called: E.164, or an address; null when withheld.
                             * @example +4930901820
                             */
                            from?: string | null;
                            /** @description Its recording can be fetched. */
                            has_recording: boolean;
                            /** @description Something of it was written down. */
                            has_transcript: boolean;
                            /**
                             * @description Who ended it: `caller`, `us` or `system`.
                             * @example caller
                             */
                            hung_up_by?: string | null;
                            /**
                             * @description Its id.
                             * @example call_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /**
                             * @description BCP 47 language.
                             * @example en
                             */
                            language: string;
                            /** @description Name of our member who called. */
                            member?: string | null;
                            /**
                             * @description Our number or address.
                             * @example reception
                             */
                            number: string;
                            /**
                             * @description What came of it.
                             * @example appointment_booked
                             */
                            outcome?: string | null;
                            /** @description Id of its recording. */
                            recording_id?: string | null;
                            /**
                             * @description How the caller felt: `positive`, `neutral` or `negative`.
                             * @example positive
                             */
                            sentiment?: string | null;
                            /** @description When it began. */
                            started_at: components["schemas"]["Time"];
                            /**
                             * @description `ringing`, `active` or `ended`.
                             * @example ended
                             */
                            state: string;
                            /** @description The beginning of its summary, once it was analysed. */
                            summary?: string | null;
                            /** @description Its tags, in alphabetical order. */
                            tags: string[];
                            /** @description Who was called. */
                            to?: string | null;
                            /**
                             * @description `open` while lines of its transcript come in, `ready` when it is complete; null where nothing was written down.
                             * @example ready
                             */
                            transcript?: string | null;
                            /** @description Name of the trunk that it came or went by. */
                            trunk?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    placeCall: {
        parameters: {
            query?: never;
            header?: {
                /** @description At most 255 characters, chosen by you */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCall"];
            };
        };
        responses: {
            /** @description It was placed before, under the same key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacedCall"];
                };
            };
            /** @description It is being dialled */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacedCall"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallDetail"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hangUpCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is over, or is being ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCapture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The packets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.tcpdump.pcap": number[];
                };
            };
            /** @description The key may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    beginCapture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCapture"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunCapture"];
                };
            };
            /** @description The key may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is captured already, or does not run */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many captures run */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endCapture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The key may not */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCorrections: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description Who said so. */
                            by?: string | null;
                            /**
                             * Format: int32
                             * @description The line's number in the transcript.
                             */
                            seq: number;
                            /** @description What it should read. */
                            text: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putCorrection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
                /** @description Number of the line in the transcript */
                seq: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCorrection"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Correction"];
                };
            };
            /** @description Lines still come in */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCorrection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
                /** @description Number of the line in the transcript */
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It reads as it was heard */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCallEvents: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most things on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What is told: `call`, and `recording`, `voicemail` or `transcript` where it is of one. */
                            data: Record<string, never>;
                            /**
                             * @description Its id: the header `webhook-id` of its deliveries.
                             * @example evt_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description When it happened. */
                            timestamp: components["schemas"]["Time"];
                            /**
                             * @description Its type.
                             * @example call.ended
                             */
                            type: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallInsights: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AfterCall"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remakeCallInsights: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watchCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket whose messages are these */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description The call is over */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCallNotes: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most things on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description Which moment it is about, ms from the answer of the call; null: the whole call.
                             */
                            at_ms?: number | null;
                            /** @description Who wrote it. */
                            author?: string | null;
                            /** @description When it was written. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its id.
                             * @example note_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description What it says. */
                            text: string;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addCallNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCallNote"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallNote"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCallNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
                /** @description Id of the note */
                note: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeCallNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
                /** @description Id of the note */
                note: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedNote"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallNote"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallRecording: {
        parameters: {
            query?: never;
            header?: {
                /** @description Part of the file, such as `bytes=0-65535` */
                Range?: string | null;
            };
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            /** @description The part asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switchCallRecording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordingChange"];
            };
        };
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallSignalling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Signalling"];
                    "application/vnd.tcpdump.pcap": number[];
                    "text/plain": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    superviseCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSupervision"];
            };
        };
        responses: {
            /** @description The phone rings */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Supervision"];
                };
            };
            /** @description Not as the call stands */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSupervision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody supervises it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Nobody did */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSupervision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSupervision"];
            };
        };
        responses: {
            /** @description It is so */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not as the call stands, or nobody supervises it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallTags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putCallTags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tags"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tags"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallTranscript: {
        parameters: {
            query?: {
                /** @description In WebVTT and text, lines read as they were corrected. JSON has both in any case. */
                corrected?: boolean;
                /** @description `json`, `vtt` or `text`; goes before the header `Accept`. */
                format?: string;
            };
            header?: {
                /** @description `application/json`, `text/vtt` or `text/plain` */
                Accept?: string | null;
            };
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transcript"];
                    "text/plain": string;
                    "text/vtt": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallWaveform: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the call */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waveform"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCampaigns: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Only those that are `draft`, `running`, `paused`, `stopped` or `done`. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            ended_at?: components["schemas"]["Time"] | null;
                            /**
                             * @description Its id.
                             * @example camp_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /**
                             * @description Its name.
                             * @example reminders
                             */
                            name: string;
                            /** @description Why it is paused, where that was not asked for. */
                            reason?: string | null;
                            /**
                             * Format: int32
                             * @description The round that goes on or was the last, where the campaign recurs; else 0.
                             */
                            round: number;
                            /** @description What was changed while it ran: `per_second`, `at_once`. */
                            settings: Record<string, never>;
                            started_at?: components["schemas"]["Time"] | null;
                            /** @description `draft`, `running`, `paused`, `stopped` or `done`. */
                            state: string;
                            /** @description When it was changed. */
                            updated_at: components["schemas"]["Time"];
                            /**
                             * Format: int32
                             * @description The version that counts.
                             */
                            version: number;
                            /** @description Its text; left out in lists. */
                            yaml?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The campaign: see docs/campaigns.md */
        requestBody: {
            content: {
                "application/yaml": string;
                "multipart/form-data": components["schemas"]["NewCampaignForm"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeCampaign"];
                };
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        /** @description The campaign: see docs/campaigns.md */
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCampaignContacts: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Only this number, E.164. */
                number?: string;
                /** @description Only those with this outcome. */
                outcome?: string;
                /** @description Only those that are `waiting`, `calling`, `ended` or `done`. */
                state?: string;
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What was tried, the first first, in all rounds. */
                            attempts: components["schemas"]["Attempt"][];
                            /** @description `name`, `appointment` and `fields`. */
                            details: Record<string, never>;
                            /** @description What they said or pressed, in the word of the app, such as `confirmed`. */
                            disposition?: string | null;
                            due_at?: components["schemas"]["Time"] | null;
                            /**
                             * Format: int64
                             * @description Its number in the books.
                             */
                            id: number;
                            /** @description What tells two calls to one number apart. */
                            key?: string;
                            /** @description BCP 47 language. */
                            language?: string | null;
                            /**
                             * Format: int32
                             * @description Line of the file that it came from.
                             */
                            line?: number | null;
                            /** @description The number, E.164; empty once the person was erased. */
                            number: string;
                            /** @description Other numbers. */
                            other_numbers?: string[];
                            /**
                             * @description The outcome once it is done: `reached`, `message_left`, `opted_out`, `wrong_number`, `busy`, `no_answer`,
                             *     `machine`, `failed`, `refused`, `expired`, `removed` ...
                             */
                            outcome?: string | null;
                            /** @description Why, where a rule decided. */
                            reason?: string | null;
                            /**
                             * Format: int32
                             * @description The round that all this is of, where the campaign recurs; else 0.
                             */
                            round: number;
                            /** @description `waiting`, `calling`, `ended` (what follows is about to be decided) or `done`. */
                            state: string;
                            /** @description Time zone. */
                            time_zone?: string | null;
                            /** @description Which variant they hear. */
                            variant?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addCampaignContacts: {
        parameters: {
            query?: {
                /** @description Only read the table and tell its faults. */
                dry_run?: boolean;
                /** @description Take the good rows although others have faults. */
                keep_good?: boolean;
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        /** @description The table */
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Added"];
                };
            };
            /** @description Rows have faults: `faults` says which */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dryRunCampaign: {
        parameters: {
            query?: {
                /** @description The most calls, and the most contacts that are not called: 1 to 10,000, 100 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setCampaignPace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PaceChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewCampaign: {
        parameters: {
            query?: {
                /** @description Number of the contact in the books; the first where it is not said. */
                contact?: number;
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptCampaignPreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakePreview"];
            };
        };
        responses: {
            /** @description It is being dialled */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewPlaced"];
                };
            };
            /** @description It is not shown any more, or cannot be called now */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nextCampaignPreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NextPreview"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewShown"];
                };
            };
            /** @description The campaign does not run, or has another pace */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    skipCampaignPreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkipPreview"];
            };
        };
        responses: {
            /** @description It waits */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is not shown any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCampaignProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Progress"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCampaignResults: {
        parameters: {
            query?: {
                /** @description `json`: the sums; `csv`: a row for each contact. */
                format?: "json" | "csv";
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Results"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCampaignRounds: {
        parameters: {
            query?: {
                /** @description The most: 1 to 1,000, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it began. */
                            began_at: components["schemas"]["Time"];
                            ended_at?: components["schemas"]["Time"] | null;
                            /** @description Contacts by outcome. */
                            outcomes: {
                                [key: string]: number;
                            };
                            /** @description The time of the schedule that it is for. */
                            planned_at: components["schemas"]["Time"];
                            /**
                             * Format: int32
                             * @description 1 for the first.
                             */
                            round: number;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Campaign"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestCall"];
            };
        };
        responses: {
            /** @description It is being dialled */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestPlaced"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    triggerCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the campaign */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Trigger"];
            };
        };
        responses: {
            /** @description It was there already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignContact"];
                };
            };
            /** @description It will be called as the rules let it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignContact"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listConsents: {
        parameters: {
            query?: {
                /** @description Of this contact. */
                contact?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most consents on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Of this number, as people write it, or this address. */
                number?: string;
                /** @description For this purpose. */
                purpose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The call in which it was given. */
                            call?: string | null;
                            /**
                             * @description `call`, `message` or `mail`.
                             * @example call
                             */
                            channel: string;
                            /** @description Whose that is. */
                            contact?: string | null;
                            /** @description When it was written down. */
                            created_at: components["schemas"]["Time"];
                            decided_at?: components["schemas"]["Time"] | null;
                            expires_at?: components["schemas"]["Time"] | null;
                            /** @description Whether it holds now: given, not withdrawn, not too old. */
                            holds: boolean;
                            /**
                             * @description Its id.
                             * @example consent_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description How: `spoken`, `key`, `form`, `written`, `import`, or a word of your own. */
                            method: string;
                            /**
                             * Format: int64
                             * @description Where in that call, ms from the answer.
                             */
                            moment_ms?: number | null;
                            /**
                             * @description The number, in E.164, or the address that it is of.
                             * @example +4930901820
                             */
                            number: string;
                            /**
                             * @description What for.
                             * @example marketing
                             */
                            purpose: string;
                            /** @description The recording of that call, the evidence, where there is one. */
                            recording_url?: string | null;
                            /** @description The key that was pressed, or what was said. */
                            said?: string | null;
                            /** @description Where it comes from. */
                            source: string;
                            /**
                             * @description `asked` (there is no answer yet), `given` or `refused`.
                             * @example given
                             */
                            state: string;
                            withdrawn_at?: components["schemas"]["Time"] | null;
                            /** @description The words that were agreed to. */
                            wording: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addConsent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsentBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the consent */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the consent */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description It was answered before */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the consent */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Withdrawal"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askForConsent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OptIn"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            /** @description The number said no to this purpose */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listContacts: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most contacts on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description With exactly this number, as people write it, or this address. */
                number?: string;
                /** @description Whose name, number or address holds this text. */
                search?: string;
                /** @description With this tag. */
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What it is found by: the number, or the address of a caller who has none. */
                            address: string;
                            /** @description ISO 3166-1 country, where it was said. */
                            country?: string | null;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /** @description Further fields. */
                            fields: Record<string, never>;
                            /**
                             * @description Its id.
                             * @example contact_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description BCP 47 language. */
                            language?: string | null;
                            /** @description Name. */
                            name?: string | null;
                            /** @description Notes of the members. */
                            notes: string;
                            /**
                             * @description Phone number in E.164, where it is known.
                             * @example +4930901820
                             */
                            number?: string | null;
                            /** @description Further numbers, the one to try first first. */
                            numbers: components["schemas"]["NumberOfContact"][];
                            /** @description Part of the country: what follows the hyphen in ISO 3166-2. */
                            region?: string | null;
                            /** @description Tags, in alphabetical order. */
                            tags: string[];
                            /** @description IANA name of the time zone, where it was said. */
                            time_zone?: string | null;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addContact: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewContact"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description A contact has this number already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getContact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactDetail"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteContact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeContact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContactChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getContactArchive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": number[];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mergeContacts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact that is kept */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeOrder"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merged"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMerges: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description Who did it. */
                            author?: string | null;
                            /** @description The contact that is gone. */
                            gone: string;
                            /** @description Its id, to take it back. */
                            id: string;
                            /** @description The contact that was kept. */
                            kept: string;
                            undone_at?: components["schemas"]["Time"] | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNotes: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most things on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description Who wrote it. */
                            author?: string | null;
                            /** @description Its id. */
                            id: string;
                            /** @description What. */
                            text: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNote"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Note"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
                /** @description Id of the note */
                note: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setContactPin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPin"];
            };
        };
        responses: {
            /** @description It has that PIN now */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeContactPin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has no PIN now */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getContactTimeline: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most things on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the contact */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: ({
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description The call. */
                            call: components["schemas"]["Call"];
                            /** @enum {string} */
                            type: "call";
                        } | {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @enum {string} */
                            type: "voicemail";
                            /** @description The message. */
                            voicemail: components["schemas"]["Voicemail"];
                        } | {
                            /** @description When it was written down. */
                            at: components["schemas"]["Time"];
                            /** @description The consent. */
                            consent: components["schemas"]["Consent"];
                            /** @enum {string} */
                            type: "consent";
                        } | {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description The note. */
                            note: components["schemas"]["Note"];
                            /** @enum {string} */
                            type: "note";
                        })[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDuplicates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Whose number it is. */
                            contact: string;
                            /** @description Who has that number in a field or in its address. */
                            other: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportContacts: {
        parameters: {
            query?: {
                /** @description `csv` (the default) or `json`. */
                format?: "csv" | "json";
                /** @description Only contacts of this segment. */
                segment?: string;
                /** @description Only contacts with this tag. */
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"][];
                    "text/csv": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importContacts: {
        parameters: {
            query?: {
                /**
                 * @description What columns are, where their headings do not say it: `Tel.=number,Vorname=first_name,Intern=-`. Known are
                 *     `number`, `other` (`other:mobile`), `numbers`, `name`, `first_name`, `last_name`, `language`, `time_zone`,
                 *     `country`, `region`, `tags`, `notes` and `-` (leave it out); everything else is a field of that name.
                 */
                columns?: string;
                /** @description ISO 3166-1 country of numbers that are written without a country code; that of the business when it is not said. */
                country?: string;
                /** @description Only say what would be. */
                dry_run?: boolean;
                /** @description Keep the good rows although there are bad ones or duplicates. Otherwise nothing is kept then. */
                keep_good?: boolean;
                /**
                 * @description What becomes of contacts that are known: `skip` leaves them, `fill` fills in what is empty (the default),
                 *     `replace` sets what the row says.
                 */
                known?: string;
                /** @description Tags that every contact gets, parted by commas. */
                tags?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contact"][];
                "text/csv": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            /** @description Nothing was kept: `report` tells of every row */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCosts: {
        parameters: {
            query?: {
                /** @description A day in the time zone of the business, such as `2026-11-21`; today when it is not said. */
                day?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Costs"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDoNotCall: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description Lines of the file that hold no number; only in the answer to the import.
                             */
                            bad?: number | null;
                            /** @description The first of them. */
                            bad_lines?: number[];
                            /** @description When it was imported. */
                            imported_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example robinson
                             */
                            name: string;
                            /**
                             * Format: int64
                             * @description How many numbers are on it.
                             */
                            numbers: number;
                            /** @description The purposes that it is for; none: every one. */
                            purposes: string[];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putDoNotCall: {
        parameters: {
            query?: {
                /** @description ISO 3166-1 country of numbers that are written without a country code; that of the business when it is not said. */
                country?: string;
                /** @description The purposes that it is for, parted by commas; `marketing,survey` when it is not said, `all` for every one. */
                purposes?: string;
            };
            header?: never;
            path: {
                /** @description Lower-case letters, digits, `-` and `_` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "text/plain": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberList"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteDoNotCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the list */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    examine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Examination"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listErasures: {
        parameters: {
            query?: {
                /** @description Of this number, as people write it. */
                number?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it was asked for. */
                            asked_at: components["schemas"]["Time"];
                            /** @description Who asked for it. */
                            author?: string | null;
                            /** @description Salted digests of the numbers (HMAC with SHA-256 under a salt of these books). */
                            digests: string[];
                            done_at?: components["schemas"]["Time"] | null;
                            /** @description Its id. */
                            id: string;
                            /** @description Why. */
                            reason: string;
                            /** @description How many rows went, by kind. */
                            removed: Record<string, never>;
                            /**
                             * @description `running` or `done`.
                             * @example done
                             */
                            state: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewErasure"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the erasure */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Of this call. */
                call?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most events on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description Of this type, such as `call.ended`. */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What is told: `call`, and `recording`, `voicemail` or `transcript` where it is of one. */
                            data: Record<string, never>;
                            /**
                             * @description Its id: the header `webhook-id` of its deliveries.
                             * @example evt_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description When it happened. */
                            timestamp: components["schemas"]["Time"];
                            /**
                             * @description Its type.
                             * @example call.ended
                             */
                            type: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the event */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFlows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description New calls run this version; a running call keeps the version that it began with. */
                            active: boolean;
                            /** @description When it was written. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example reception
                             */
                            name: string;
                            /**
                             * Format: int32
                             * @description 1, 2, 3 ...
                             */
                            version: number;
                            /** @description What somebody should look at although the flow was taken. */
                            warnings?: components["schemas"]["TextFault"][];
                            /** @description The text; not in lists. */
                            yaml?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFlow: {
        parameters: {
            query?: {
                /** @description The version; the active one when it is not said. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description Name of the flow */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flow"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putFlow: {
        parameters: {
            query?: {
                /** @description Only check it: nothing is changed. */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description Lower-case letters, digits, `-` and `_` */
                name: string;
            };
            cookie?: never;
        };
        /** @description The flow: see docs/flows.md */
        requestBody: {
            content: {
                "application/yaml": string;
            };
        };
        responses: {
            /** @description It is the active version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flow"];
                };
            };
            /** @description It was only checked, and has no fault */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteFlow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the flow */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A number is answered by it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFlowNodes: {
        parameters: {
            query?: {
                /** @description The version; the active one when it is not said. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description Name of the flow */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description Calls whose caller hung up there.
                             */
                            abandoned: number;
                            /**
                             * Format: int64
                             * @description Calls that came to it.
                             */
                            entered: number;
                            /**
                             * Format: int64
                             * @description Calls that went on to another one.
                             */
                            left: number;
                            /**
                             * @description Its name.
                             * @example menu
                             */
                            node: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tryFlow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the flow */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Try"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tried"];
                };
            };
            /** @description It has faults: each is in `faults`, with its line */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFlowVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the flow */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description New calls run this version; a running call keeps the version that it began with. */
                            active: boolean;
                            /** @description When it was written. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example reception
                             */
                            name: string;
                            /**
                             * Format: int32
                             * @description 1, 2, 3 ...
                             */
                            version: number;
                            /** @description What somebody should look at although the flow was taken. */
                            warnings?: components["schemas"]["TextFault"][];
                            /** @description The text; not in lists. */
                            yaml?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFollowUps: {
        parameters: {
            query?: {
                /** @description From this call. */
                call?: string;
                /** @description About this contact. */
                contact?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description `message`, `callback` or `task`. */
                kind?: string;
                /** @description The most follow-ups on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description For whom: name of a member or of a group. */
                mailbox?: string;
                /** @description `open` or `done`. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The call that it comes from. */
                            call?: string | null;
                            /** @description Whom it is about. */
                            contact?: string | null;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            due_at?: components["schemas"]["Time"] | null;
                            /**
                             * @description Its id.
                             * @example follow_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /**
                             * @description `message`, `callback` or `task`.
                             * @example message
                             */
                            kind: string;
                            /**
                             * @description For whom: name of a member or of a group.
                             * @example reception
                             */
                            mailbox: string;
                            /** @description Name, as the caller gave it. */
                            name?: string | null;
                            /** @description Number to reach him by, where it is not the contact's. */
                            phone?: string | null;
                            /**
                             * @description `open` or `done`.
                             * @example open
                             */
                            state: string;
                            /** @description What it is about. */
                            text: string;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFollowUp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the follow-up */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUp"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeFollowUp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the follow-up */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FollowUpChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FollowUp"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its name.
                             * @example crm
                             */
                            name: string;
                            /** @description What it may do. */
                            scopes: string[];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreshKey"];
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the key */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is the key that asks */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKnowledge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Of a web site: where it begins. */
                            address?: string | null;
                            due_at?: components["schemas"]["Time"] | null;
                            /** @description Why it could not be read. */
                            fault?: string | null;
                            /**
                             * @description `document`, `site` or `answers` (given to open questions).
                             * @example document
                             */
                            kind: string;
                            /** @description BCP 47 language; null: that of the agent that reads it. */
                            language?: string | null;
                            /**
                             * @description Its name.
                             * @example prices
                             */
                            name: string;
                            /**
                             * Format: int32
                             * @description How many passages it has.
                             */
                            passages: number;
                            read_at?: components["schemas"]["Time"] | null;
                            /**
                             * Format: int64
                             * @description Of a web site: how often it is read, hours.
                             */
                            refresh_hours?: number | null;
                            /**
                             * @description `waiting` (to be read), `ready`, or `failed`: then what was read before is still known.
                             * @example ready
                             */
                            state: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKnowledgeGaps: {
        parameters: {
            query?: {
                /** @description The most questions: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description `open` (when it is not said), `answered` or `dismissed`. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The agent that was asked. */
                            agent: string;
                            /**
                             * Format: int32
                             * @description How often it was asked.
                             */
                            asked: number;
                            /** @description The call in which it was asked last. */
                            call?: string | null;
                            /** @description When it was asked first. */
                            first_at: components["schemas"]["Time"];
                            /**
                             * Format: int64
                             * @description Its number.
                             */
                            id: number;
                            /** @description BCP 47 language. */
                            language: string;
                            /** @description When it was asked last. */
                            last_at: components["schemas"]["Time"];
                            /** @description The question, as it was asked first. */
                            question: string;
                            /**
                             * @description `open`, `answered` or `dismissed`.
                             * @example open
                             */
                            state: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closeKnowledgeGap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the question */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseGap"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gap"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKnowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the source */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putKnowledge: {
        parameters: {
            query?: {
                /** @description The file's name, where the media type does not tell what it is. */
                file?: string;
                /** @description BCP 47 language: en, de, es, fr or it; that of the agent when it is not said. */
                language?: string;
            };
            header?: never;
            path: {
                /** @description Lower-case letters, digits, `-` and `_` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSite"];
                "application/pdf": number[];
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document": number[];
                "text/csv": string;
                "text/html": string;
                "text/markdown": string;
                "text/plain": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description It cannot be read */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteKnowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the source */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPassages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the source */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What it says. */
                            answer: string;
                            /**
                             * @description Its id, as transcripts name it.
                             * @example prices.pdf#3
                             */
                            id: string;
                            /** @description How it is asked for, or the headings above it. */
                            questions: string[];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watchCalls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket whose messages are these */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description It takes no callers now. Colleagues reach it all the same. */
                            away: boolean;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Name as people say it.
                             * @example Anna Schmidt
                             */
                            display: string;
                            /** @description A password is kept, so that its phone can register. It is never shown. */
                            has_password: boolean;
                            /**
                             * @description Its id.
                             * @example member_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /**
                             * @description Languages that it speaks (BCP 47), the one that it likes best first: callers of these are put through to it first.
                             * @example [
                             *       "de",
                             *       "en"
                             *     ]
                             */
                            languages: string[];
                            /** @description Our numbers that it may call out from; the first is the default; none: no calls to the outside. */
                            may_call_from: string[];
                            /**
                             * @description User part of its SIP address, and its user name.
                             * @example anna
                             */
                            name: string;
                            /**
                             * @description What it is good at: transfers may ask for it.
                             * @example [
                             *       "billing"
                             *     ]
                             */
                            skills: string[];
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the member */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the member */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoMerge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the merge */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merged"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNumbers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Name of the agent that answers; null where it is a flow. */
                            agent?: string | null;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description What is done where a fax machine is heard: `ignore`, `hangup`, or `transfer:` with a number or a member behind it;
                             *     null ignores it.
                             */
                            fax?: string | null;
                            /** @description Name of the flow that answers; null where it is an agent. */
                            flow?: string | null;
                            /**
                             * @description Its id.
                             * @example num_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description BCP 47 language to begin with; null for the business's. */
                            language?: string | null;
                            /**
                             * @description E.164, or the user part of a SIP address such as `reception`.
                             * @example +493090182
                             */
                            number: string;
                            /** @description `off`, `announced` or `consent`; null leaves it to the flow or the agent. */
                            recording?: string | null;
                            /** @description Name of the trunk that it is on. */
                            trunk?: string | null;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addNumber: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNumber"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Number"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNumber: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the number */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Number"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteNumber: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the number */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeNumber: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the number */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NumberChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Number"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerPhone: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Nothing, for who is signed in */
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRegistration"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhoneRegistration"];
                };
            };
            /** @description Whoever is signed in has no phone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unregisterPhone: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCallScript: {
        parameters: {
            query: {
                /** @description Id of a call in which your phone rings or talks. */
                call: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallScript"];
                };
            };
            /** @description There is no such call, or you take no part in it */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    speakSip: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket with one SIP message in each frame */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPresence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The call that it talks in, or that rings. */
                            call?: string | null;
                            /** @description The member. */
                            id: string;
                            /**
                             * @description Its name.
                             * @example anna
                             */
                            member: string;
                            /**
                             * @description `offline` (no phone), `available`, `ringing`, `busy` (talks) or `away` (takes no callers).
                             * @example available
                             */
                            state: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setOwnPresence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnPresence"];
            };
        };
        responses: {
            /** @description It is so now */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Whoever is signed in is no member */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listQueues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description How long those who were put through waited on average, seconds; null where nobody was.
                             */
                            average_wait_s?: number | null;
                            /** @description The callers in it, the next one first. */
                            callers: components["schemas"]["QueueCaller"][];
                            /**
                             * Format: int64
                             * @description Callers who came.
                             */
                            entered: number;
                            /**
                             * Format: int64
                             * @description Who hung up, or wanted something else.
                             */
                            left: number;
                            /**
                             * Format: int64
                             * @description How long the first of them has waited, seconds.
                             */
                            longest_wait_s: number;
                            /**
                             * @description Its name, as agents and flows give it.
                             * @example desk
                             */
                            name: string;
                            /**
                             * Format: int64
                             * @description Who found it full.
                             */
                            refused: number;
                            /**
                             * Format: int64
                             * @description Who were put through.
                             */
                            served: number;
                            /**
                             * Format: int64
                             * @description Who were put through within `service_level_s`.
                             */
                            served_soon: number;
                            /**
                             * Format: int64
                             * @description How many of every hundred whose wait is over were put through within that; null where nobody's is.
                             */
                            service_level_percent?: number | null;
                            /**
                             * Format: int64
                             * @description Within how long callers are to be put through, seconds: `queues.service_level_s` of the configuration, or what
                             *     `queues.service_levels` says of this queue.
                             * @example 20
                             */
                            service_level_s: number;
                            /**
                             * Format: int64
                             * @description Who waited for as long as they were to.
                             */
                            timed_out: number;
                            /** @description Callers in it now, with the one for whom phones ring. */
                            waiting: number;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReport: {
        parameters: {
            query?: {
                /**
                 * @description What there is a row for: `hour`, `day` (the default), `number`, `member`, `agent`, `campaign`, `outcome` or
                 *     `topic`.
                 */
                by?: string;
                /** @description `json` or `csv`; goes before the header `Accept`. */
                format?: string;
                /** @description Calls that began at this time or after: RFC 3339, or a day such as `2026-03-05`; 30 days ago when it is not said. */
                from?: string;
                /** @description Calls that began before this time; now when it is not said. A day is left out itself. */
                to?: string;
                /**
                 * @description IANA name of the time zone that days and hours are of; that of the business when it is not said.
                 * @example Europe/Berlin
                 */
                zone?: string;
            };
            header?: {
                /** @description `application/json` or `text/csv` */
                Accept?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                    "text/csv": string;
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSegments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description The expression that is true of its contacts.
                             * @example 'vip' in contact.tags and contact.city == 'Berlin'
                             */
                            expression: string;
                            /**
                             * @description Its name.
                             * @example berlin-vip
                             */
                            name: string;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSegment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the segment */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Segment"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putSegment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits, `-` and `_` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSegment"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Segment"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSegment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the segment */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSegmentContacts: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most things on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the segment */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SegmentPage"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `code` says what is wrong: `wrong` or `second_factor_needed` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    useLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UseLink"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description The link does not hold any more */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInByOpenId: {
        parameters: {
            query?: {
                /**
                 * @description A path of the console, with its query.
                 * @example /calls
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider's page; or the page that was wanted, with `#signin=` and a word, where the provider is not there */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No provider is configured */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    giveOpenIdCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `code` says what is wrong: `wrong`, or `expired`: begin again */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    returnFromOpenId: {
        parameters: {
            query?: {
                /** @description The code that is redeemed. */
                code?: string;
                /** @description Why there is no code. */
                error?: string;
                /** @description The provider (RFC 9207). */
                iss?: string;
                /** @description What was given along. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page that was wanted, with the cookie of a session; or with `#signin=` and a word: `code` asks for the one-time code, the others say why nobody is let in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No provider is configured */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInOptions"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    proposeSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretShown"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeOwnUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description True: those of all users, for who may see users. */
                all?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description Where it began. */
                            address?: string | null;
                            /** @description Family of the browser and of the system. */
                            agent?: string | null;
                            /** @description When it began. */
                            created_at: components["schemas"]["Time"];
                            /** @description It is the one that asks. */
                            current: boolean;
                            /** @description When it ends however much it is used. */
                            expires_at: components["schemas"]["Time"];
                            /** @description Id. */
                            id: string;
                            /** @description When it was last used, to the minute. */
                            seen_at: components["schemas"]["Time"];
                            /** @description Whose it is. */
                            user: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllSettings"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putSetting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `hours`, `holidays`, `retention`, `redaction` or `scripts` */
                section: string;
            };
            cookie?: never;
        };
        /** @description The value, as `GET /v1/settings` shows it */
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description It holds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSetting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `hours`, `holidays`, `retention`, `redaction` or `scripts` */
                section: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the file says holds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStanding: {
        parameters: {
            query: {
                /** @description The number, as people write it. */
                number: string;
                /** @description What it would be called for. */
                purpose: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberStanding"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSuppressions: {
        parameters: {
            query?: {
                /** @description Older than this time. */
                before?: string;
                /** @description Of this number, as people write it; also of one that was erased. */
                number?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When. */
                            at: components["schemas"]["Time"];
                            /** @description Who wrote it down. */
                            author?: string | null;
                            /** @description The call in which it was said. */
                            call?: string | null;
                            /**
                             * @description How it was said: `key`, `voice`, `inbound`, `api`, `import`, `member`.
                             * @example key
                             */
                            method: string;
                            /**
                             * Format: int64
                             * @description Where in that call, ms from the answer.
                             */
                            moment_ms?: number | null;
                            /**
                             * @description The number in E.164 or the address; `#` and a salted digest once the person was erased.
                             * @example +4930901820
                             */
                            number: string;
                            /** @description For what; null: for nothing at all. */
                            purpose?: string | null;
                            /** @description The key that was pressed, or what was said. */
                            said?: string | null;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suppress: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSuppressionBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suppression"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftSuppression: {
        parameters: {
            query: {
                /** @description Of this number, as people write it. */
                number: string;
                /** @description The one for this purpose; the one for everything when it is not said. */
                purpose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is lifted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description How many calls have it.
                             */
                            calls: number;
                            /**
                             * @description The tag.
                             * @example complaint
                             */
                            name: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTickets: {
        parameters: {
            query?: {
                /** @description Made in this call. */
                call?: string;
                /** @description Of this contact. */
                contact?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most tickets on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description With this number. */
                number?: number;
                /** @description `open`, `waiting` or `closed`. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description What the contact may be told of it when he calls. */
                            answer: string;
                            /** @description The call in which it was made. */
                            call?: string | null;
                            /** @description A word of the business's own. */
                            category?: string | null;
                            /** @description Whose it is. */
                            contact?: string | null;
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * @description Its id.
                             * @example ticket_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description Name, as the caller gave it. */
                            name?: string | null;
                            /**
                             * Format: int32
                             * @description Its number, as people say it.
                             * @example 1001
                             */
                            number: number;
                            /** @description Number to reach him by, where it is not the contact's. */
                            phone?: string | null;
                            /**
                             * @description `low`, `normal`, `high` or `urgent`.
                             * @example normal
                             */
                            priority: string;
                            /**
                             * @description `open`, `waiting` (for the contact) or `closed`.
                             * @example open
                             */
                            state: string;
                            /** @description What it is about, in a line. */
                            subject: string;
                            /** @description The whole of it. */
                            text: string;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the ticket */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the ticket */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    searchTranscripts: {
        parameters: {
            query: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most lines on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /**
                 * @description Words that must all be in the line; `"..."` is a phrase, and `*` at the end of a word stands for any ending.
                 *     Letters' case and accents do not matter.
                 * @example appointment "next week"
                 */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description The call. */
                            call: string;
                            /** @description The line, whole. */
                            line: components["schemas"]["NumberedLine"];
                            /** @description The part of its text around what was searched for, in pieces. */
                            snippet: components["schemas"]["Piece"][];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTrunks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: (components["schemas"]["TrunkSettings"] & {
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /** @description A password is kept. It is never shown. */
                            has_password: boolean;
                            /**
                             * @description Its id.
                             * @example trunk_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description Our name for it. */
                            name: string;
                            state?: components["schemas"]["TrunkState"] | null;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                        })[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addTrunk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTrunk"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trunk"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTrunk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trunk */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trunk"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTrunk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trunk */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeTrunk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the trunk */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrunkChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trunk"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description They have set a password, or signed in by OpenID Connect: their invitation is used. */
                            active: boolean;
                            /** @description When they were added. */
                            created_at: components["schemas"]["Time"];
                            /** @description They may not sign in. */
                            disabled: boolean;
                            /** @description Name that is shown. */
                            display: string;
                            /** @description Id. */
                            id: string;
                            /** @description BCP 47; null: the browser's. */
                            language?: string | null;
                            /** @description Id of the member whose phone is theirs. */
                            member?: string | null;
                            /**
                             * @description What they sign in with.
                             * @example anna
                             */
                            name: string;
                            /** @description An account at the provider of OpenID Connect is theirs. */
                            openid: boolean;
                            /** @description `admin`, `manager`, `member` or `reviewer`. */
                            role: string;
                            /** @description They sign in with a one-time code, too. */
                            second_factor: boolean;
                            /** @description When they were last changed. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No admin would be left */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No admin would be left */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listVoicemails: {
        parameters: {
            query?: {
                /** @description Left in this call. */
                call?: string;
                /** @description Of this contact. */
                contact?: string;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Heard (`true`) or not yet (`false`). */
                heard?: boolean;
                /** @description The most voicemails on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description In this mailbox: the name of a member or of a group. */
                mailbox?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int64
                             * @description Size of the file.
                             */
                            bytes: number;
                            /** @description The call in which it was left. */
                            call: string;
                            /** @description Who left it. */
                            contact?: string | null;
                            /** @description When it was left. */
                            created_at: components["schemas"]["Time"];
                            /**
                             * Format: int64
                             * @description Length, ms.
                             */
                            duration_ms: number;
                            heard_at?: components["schemas"]["Time"] | null;
                            /** @description It is to be silenced in places before it can be fetched: wait for the event `voicemail.received`. */
                            held: boolean;
                            /**
                             * @description Its id.
                             * @example vm_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /**
                             * @description Name of a member or of a group.
                             * @example reception
                             */
                            mailbox: string;
                            /** @description Where its sound can be fetched. */
                            url: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVoicemail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the voicemail */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Voicemail"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteVoicemail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the voicemail */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeVoicemail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the voicemail */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VoicemailChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Voicemail"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVoicemailAudio: {
        parameters: {
            query?: never;
            header?: {
                /** @description Part of the file, such as `bytes=0-65535` */
                Range?: string | null;
            };
            path: {
                /** @description Id of the voicemail */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            /** @description The part asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": number[];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /** @description When it was made. */
                            created_at: components["schemas"]["Time"];
                            /** @description Why we stopped sending on our own, if we did. */
                            disabled_reason?: string | null;
                            /** @description Whether events are sent at all. */
                            enabled: boolean;
                            /** @description Types of event that are sent: exact (`call.ended`), a group (`call.*`) or all (`*`). */
                            events: string[];
                            /**
                             * @description Its id.
                             * @example hook_01k2x3y4z5a6b7c8d9e0f1g2h3
                             */
                            id: string;
                            /** @description It was named by calls when they were placed, and is told of those only. */
                            per_call: boolean;
                            /**
                             * @description The secret that events are signed with. Only shown when it is new.
                             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                             */
                            secret?: string | null;
                            /** @description When it was last changed. */
                            updated_at: components["schemas"]["Time"];
                            /**
                             * @description Where events are sent.
                             * @example https://example.org/callwright
                             */
                            url: string;
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description The most deliveries on the page: 1 to 200, 50 when it is not said. */
                limit?: number;
                /** @description `pending`, `delivered` or `failed`. */
                state?: string;
            };
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The things, newest first. */
                        data: {
                            /**
                             * Format: int32
                             * @description How often it was tried.
                             */
                            attempts: number;
                            /** @description The event. */
                            event: string;
                            /** @description Why the last try failed. */
                            last_error?: string | null;
                            /**
                             * Format: int32
                             * @description The last HTTP status.
                             */
                            last_status?: number | null;
                            next_at?: components["schemas"]["Time"] | null;
                            /**
                             * @description `pending`, `delivered` or `failed`.
                             * @example delivered
                             */
                            state: string;
                            /** @description Its type. */
                            type: string;
                            /** @description When it was last tried or made. */
                            updated_at: components["schemas"]["Time"];
                        }[];
                        /** @description What to give as `cursor` for the next page; null at the end. */
                        next?: string | null;
                    };
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Resend"];
            };
        };
        responses: {
            /** @description It is sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the event that was delivered */
                event: string;
                /** @description Id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The webhook is not enabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An error: what is wrong and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
