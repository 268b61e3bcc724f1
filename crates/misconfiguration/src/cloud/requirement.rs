//! Requirements that many checks are made of.

use crate::check::Found;
use crate::cloud::{Attribute, Cloud};

impl Cloud {
    /// The attribute must be true; absent it is not.
    pub(crate) fn must_be_true(&self, kinds: &[&str], path: &str, found: &mut Found) {
        for resource in self.of(kinds) {
            resource.get(path).must_be_true(path, found);
        }
    }

    /// The attribute must not be true.
    pub(crate) fn must_not_be_true(&self, kinds: &[&str], path: &str, found: &mut Found) {
        for attribute in self.of(kinds).flat_map(|resource| resource.each(path)) {
            if attribute.is_true() {
                attribute.fail(found, format!("`{path}` is true"));
            }
        }
    }

    /// The attribute must be there and not be false; absent it is true.
    pub(crate) fn must_not_be_false(&self, kinds: &[&str], path: &str, found: &mut Found) {
        for attribute in self.of(kinds).map(|resource| resource.get(path)) {
            if attribute.bool() == Some(false) {
                attribute.fail(found, format!("`{path}` is false"));
            }
        }
    }

    /// The attribute must be set to something.
    pub(crate) fn must_be_set(&self, kinds: &[&str], path: &str, found: &mut Found) {
        for attribute in self.of(kinds).map(|resource| resource.get(path)) {
            if attribute.is_missing() {
                attribute.fail(found, format!("`{path}` is not set"));
            }
        }
    }

    /// The attribute must be one of these; absent it is not.
    pub(crate) fn must_be_one_of(&self, kinds: &[&str], path: &str, allowed: &[&str], found: &mut Found) {
        for attribute in self.of(kinds).map(|resource| resource.get(path)) {
            attribute.must_be_one_of(path, allowed, found);
        }
    }

    /// The attribute, where it is set, must be none of these.
    pub(crate) fn must_not_be(&self, kinds: &[&str], path: &str, forbidden: &[&str], found: &mut Found) {
        for attribute in self.of(kinds).flat_map(|resource| resource.each(path)) {
            if let Some(text) = attribute.text().filter(|_| attribute.is_one_of(forbidden)) {
                attribute.fail(found, format!("`{path}` is `{text}`"));
            }
        }
    }

    /// The number must be at least this; absent it is `default`.
    pub(crate) fn must_be_at_least(&self, kinds: &[&str], path: &str, least: f64, default: f64, found: &mut Found) {
        for attribute in self.of(kinds).map(|resource| resource.get(path)) {
            let number = if attribute.is_missing() { Some(default) } else { attribute.number() };
            if let Some(number) = number.filter(|number| *number < least) {
                attribute.fail(found, format!("`{path}` is {number}, less than {least}"));
            }
        }
    }

    /// A key of the customer's own must encrypt, not one that the provider manages.
    pub(crate) fn must_use_own_key(&self, kinds: &[&str], path: &str, found: &mut Found) {
        for attribute in self.of(kinds).map(|resource| resource.get(path)) {
            attribute.must_be_own_key(path, found);
        }
    }
}

impl Attribute<'_> {
    pub(crate) fn must_be_true(&self, name: &str, found: &mut Found) {
        if self.is_missing() {
            self.fail(found, format!("`{name}` is not set"));
        } else if self.bool() == Some(false) {
            self.fail(found, format!("`{name}` is false"));
        }
    }

    pub(crate) fn must_be_one_of(&self, name: &str, allowed: &[&str], found: &mut Found) {
        match self.text() {
            _ if self.is_missing() => self.fail(found, format!("`{name}` is not set")),
            Some(text) if !self.is_one_of(allowed) => self.fail(found, format!("`{name}` is `{text}`")),
            _ => {}
        }
    }

    pub(crate) fn must_be_own_key(&self, name: &str, found: &mut Found) {
        if self.is_missing() {
            self.fail(found, format!("`{name}` names no key"));
        } else if let Some(key) = self.text().filter(|key| key.contains("alias/aws/")) {
            self.fail(found, format!("`{key}` is a key that the provider manages"));
        }
    }
}
