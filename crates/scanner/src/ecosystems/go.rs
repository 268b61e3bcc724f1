//! Stub.
use crate::ecosystem::{Ecosystem, Want};
use crate::found::Found;
use crate::wanted_file::{ReadFileError, WantedFile};
pub(crate) struct Go;
impl Ecosystem for Go {
    fn name(&self) -> &'static str {
        "go"
    }
    fn wants(&self) -> &'static [Want] {
        &[]
    }
    fn read(&self, _: &mut WantedFile<'_>, _: &mut Found) -> Result<(), ReadFileError> {
        Ok(())
    }
}
