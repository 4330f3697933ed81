//! The attachments of records within reach.

use super::{Custody, sightings};
use crate::accounts::Permission;
use crate::attachments::{self, AttachError, Attachment};
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::store::{ContentId, Paper, RecordId};

/// An attachment, as the log names it.
fn attached(record: RecordId, content: ContentId) -> Subject {
    Subject::of("attachment", format!("{record}/{content}"))
}

impl Custody<'_> {
    /// The attachments of a record, in whichever of its versions within reach, that have not been taken off.
    ///
    /// # Errors
    /// Those of [`Custody::record`].
    pub fn attachments(&self, record: RecordId) -> Result<Vec<Attachment>, Problem> {
        Ok(self.on_versions(record)?.into_iter().map(|(_, attachment)| attachment).collect())
    }

    /// The versions of a record within reach, the one named last.
    fn versions(&self, record: RecordId) -> Result<Vec<RecordId>, Problem> {
        let versions = self.history(record)?.into_iter().map(|version| version.record.id);
        Ok(versions.filter(|version| *version != record).chain([record]).collect())
    }

    /// Its attachments, each with the version that it is on.
    fn on_versions(&self, record: RecordId) -> Result<Vec<(RecordId, Attachment)>, Problem> {
        let mut found = attachments::of_record(self.app_store(), &self.versions(record)?)?;
        // A photo or a paper can show or name whoever reported or complained, and nobody has blanked it: whoever does not see
        // personal data sees only what they attached themselves.
        let sees_all = self.caller.may_see_personal();
        let own = self.caller.name();
        found.retain(|(_, attachment)| attachment.withdrawn.is_none() && (sees_all || attachment.by == own));
        Ok(found)
    }

    fn attachment(&self, record: RecordId, content: ContentId) -> Result<(RecordId, Attachment), Problem> {
        let found = self.on_versions(record)?.into_iter().find(|(_, attachment)| attachment.content == content);
        found.ok_or_else(|| Problem::Absent("附件", "attachment", content.to_string()))
    }

    /// Attaches a file to a record.
    ///
    /// # Errors
    /// [`Problem::Faults`] when the file cannot be taken; those of [`Custody::record`].
    pub fn attach(&self, record: RecordId, name: &str, bytes: &[u8]) -> Result<Attachment, Problem> {
        let versions = self.versions(record)?;
        let hand = (self.caller.name(), self.app.now());
        let (version, attachment) = attachments::attach(self.app_store(), (record, &versions), (name, bytes), hand)
            .map_err(|error| match error {
                AttachError::Store(error) => error.into(),
                AttachError::Refused(fault) => Problem::Faults(vec![fault]),
            })?;
        self.app.has_written();
        self.app.audit().note(Note::done(self.caller, Action::Upload, attached(version, attachment.content)))?;
        Ok(attachment)
    }

    /// What of an attachment may be shown.
    ///
    /// # Errors
    /// [`Problem::Absent`]; those of [`Custody::record`].
    pub fn open_attachment(&self, record: RecordId, content: ContentId) -> Result<(Attachment, Vec<u8>), Problem> {
        let (_, attachment) = self.attachment(record, content)?;
        let bytes = attachments::shown(self.app_store(), &attachment)?;
        Ok((attachment, bytes))
    }

    /// The original with all it carries. It takes the permission to see personal data and a reason, and is noted.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Parameter`] without a reason; those of [`Self::open_attachment`].
    pub fn original(&self, record: RecordId, content: ContentId, why: &str) -> Result<(Attachment, Vec<u8>), Problem> {
        if !self.caller.may_see_personal() {
            return Err(Problem::Forbidden(Permission::SeePersonal.zh(), Permission::SeePersonal.en()));
        }
        let act = self.act(why)?;
        let (version, attachment) = self.attachment(record, content)?;
        let body = serde_json::to_vec(&(content, &act)).map_err(|error| Problem::Internal(error.to_string()))?;
        let name = format!("{}-{content}", act.at.as_microsecond());
        self.app_store().file_papers(vec![Paper::new(sightings::FOLDER, name, body)])?;
        self.app.audit().note(Note::done(self.caller, Action::Unmask, attached(version, content)))?;
        let bytes = attachments::original(self.app_store(), &attachment)?;
        Ok((attachment, bytes))
    }

    /// Takes an attachment off its record; it stays kept.
    ///
    /// # Errors
    /// [`Problem::OtherHand`], [`Problem::Parameter`] without a reason; those of [`Self::open_attachment`].
    pub fn take_off(&self, record: RecordId, content: ContentId, why: &str) -> Result<(), Problem> {
        let act = self.act(why)?;
        let (version, attachment) = self.attachment(record, content)?;
        self.remit.of_deed(&attachment.by)?;
        attachments::take_off(self.app_store(), version, &attachment, act)?;
        self.app.has_written();
        self.app.audit().note(Note::done(self.caller, Action::Withdraw, attached(version, content)))?;
        Ok(())
    }
}
