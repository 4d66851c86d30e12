//! What is heard: texts per language, sounds, pauses.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Fields, Reader};
use crate::fault::{Place, clip};
use crate::flow::{Piece, Prompt, Text};
use crate::template::{Template, markup};
use crate::yaml::{Entry, Value, Yaml};

const MAX_PAUSE: Duration = Duration::from_mins(1);
const SOUNDS: [&str; 4] = ["wav", "mp3", "flac", "ogg"];

impl Reader<'_> {
    /// A prompt that may be left out.
    pub fn optional_prompt(&mut self, yaml: Option<&Yaml>) -> Prompt {
        yaml.map_or_else(Prompt::default, |yaml| self.prompt(yaml))
    }

    /// A text, texts by language, a sound, or a list of these.
    pub fn prompt(&mut self, yaml: &Yaml) -> Prompt {
        match &yaml.value {
            Value::List(items) if items.is_empty() => {
                self.faults.error(yaml.place, "an empty list says nothing");
                Prompt::default()
            }
            Value::List(items) => Prompt(items.iter().filter_map(|item| self.piece(item)).collect()),
            _ => Prompt(self.piece(yaml).into_iter().collect()),
        }
    }

    fn piece(&mut self, yaml: &Yaml) -> Option<Piece> {
        match &yaml.value {
            Value::Map(entries) if entries.iter().any(|entry| is_piece_key(&entry.key)) => {
                self.sound_or_pause(entries, yaml.place)
            }
            Value::List(_) => {
                self.faults.error(yaml.place, "a list within a list: write the pieces one below the other");
                None
            }
            _ => self.spoken(yaml).map(Piece::Say),
        }
    }

    fn sound_or_pause(&mut self, entries: &[Entry], place: Place) -> Option<Piece> {
        let mut fields = Fields::of(entries, place, "a piece of a prompt");
        let (play, pause, recorded, say) =
            (fields.take("play"), fields.take("pause"), fields.take("recorded"), fields.take("say"));
        let language = fields.take("language");
        if let (Some(language), None) = (language, say) {
            self.faults.error(language.place, "only `say` has a `language`");
        }
        let piece = match (play, pause, recorded, say) {
            (Some(file), None, None, None) => self.sound(file).map(Piece::Play),
            (None, Some(pause), None, None) => {
                Some(Piece::Pause(self.duration(Some(pause), Duration::ZERO, MAX_PAUSE)))
            }
            (None, None, Some(name), None) => {
                let variable = self.plain(name, "the name of a variable")?;
                self.uses.push((format!("vars.{variable}"), name.place));
                Some(Piece::Recorded(variable))
            }
            (None, None, None, Some(say)) => match language {
                None => self.spoken(say).map(Piece::Say),
                Some(language) => self.foreign(say, language).map(Piece::Say),
            },
            _ => {
                self.faults.error(place, "one piece has one of `say`, `play`, `pause` and `recorded`");
                None
            }
        };
        fields.close(self);
        piece
    }

    /// A text that is spoken in one language, whatever the language of the call.
    fn foreign(&mut self, say: &Yaml, language: &Yaml) -> Option<Text> {
        let tag = self.plain(language, "a language")?;
        let text = self.plain(say, "a text in a language of its own")?;
        if !crate::text::is_language(&tag) {
            let message = format!("`{}` is no language", clip(&tag));
            self.faults.error_with(language.place, message, "write it as `en`, `de` or `de-AT`");
        }
        self.inspect(&text, say);
        self.marks(&text, say);
        Some(Text::ByLanguage(BTreeMap::from([(tag, Template::new(&text))])))
    }

    /// Text to be spoken.
    pub fn spoken(&mut self, yaml: &Yaml) -> Option<Text> {
        self.text(yaml, &mut |reader, text, yaml| reader.marks(text, yaml))
    }

    fn marks(&mut self, text: &str, yaml: &Yaml) {
        if let Some(mark) = markup::unknown_mark(text) {
            let message = format!("`{}` is no mark that can be spoken", clip(mark));
            let suggestion = "there are `<break time=\"500ms\"/>` and `<say-as interpret-as=\"digits\">`; \
                              write a lone `<` as `&lt;`";
            self.faults.error_with(yaml.place, message, suggestion);
        }
    }

    /// The path of a sound file, the same or one by language.
    pub fn sound(&mut self, yaml: &Yaml) -> Option<Text> {
        let known = self.context.sounds.as_ref();
        self.text(yaml, &mut |reader, path, yaml| {
            if path.contains("{{") {
                return;
            }
            if !is_sound_path(path) {
                let message = format!("`{}` is no path of a sound file", clip(path));
                reader.faults.error_with(yaml.place, message, "write it from the media folder on: `welcome/hello.wav`");
            } else if let Some(known) = known.filter(|known| !known.contains(path)) {
                reader.faults.unknown(yaml.place, "the sound", path, known.iter().map(String::as_str));
            }
        })
    }

    fn text(&mut self, yaml: &Yaml, look: &mut dyn FnMut(&mut Self, &str, &Yaml)) -> Option<Text> {
        let Value::Map(entries) = &yaml.value else {
            let text = self.plain(yaml, "what is heard")?;
            self.inspect(&text, yaml);
            look(self, &text, yaml);
            if self.languages.len() > 1 && has_words(&text) && !is_sound_path(&text) {
                let message =
                    format!("this text is in one language, and the flow speaks {}", self.languages.join(", "));
                let lines: Vec<String> = self.languages.iter().map(|language| format!("`{language}: ...`")).collect();
                self.faults.error_with(yaml.place, message, format!("write {}", lines.join(" and ")));
            }
            return Some(Text::Same(Template::new(&text)));
        };
        let mut texts = BTreeMap::new();
        for entry in entries {
            if !self.languages.contains(&entry.key) {
                let languages = self.languages.clone();
                self.faults.unknown(entry.key_place, "the language", &entry.key, languages.iter().map(String::as_str));
                continue;
            }
            if let Some(text) = self.plain(&entry.value, "what is heard") {
                self.inspect(&text, &entry.value);
                look(self, &text, &entry.value);
                texts.insert(entry.key.clone(), Template::new(&text));
            }
        }
        let missing: Vec<&str> =
            self.languages.iter().filter(|l| !entries.iter().any(|e| e.key == **l)).map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("the text is missing in {}", missing.join(", "));
            let suggestion = format!("add `{}: ...`", missing.join(": ...` and `"));
            self.faults.error_with(yaml.place, message, suggestion);
        }
        Some(Text::ByLanguage(texts))
    }
}

fn is_piece_key(key: &str) -> bool {
    matches!(key, "play" | "pause" | "recorded" | "say")
}

/// Whether a text holds words of a language outside of templates and marks.
fn has_words(text: &str) -> bool {
    let mut depth = 0usize;
    text.chars().any(|c| {
        match c {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_alphabetic()
    })
}

/// A relative path to a sound file that does not leave the media folder.
pub(crate) fn is_sound_path(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    SOUNDS.contains(&extension)
        && !path.starts_with('/')
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".")
        && !path.contains(' ')
}
