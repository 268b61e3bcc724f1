-- The index of the layer that brought a finding, where one did. Images of before have it by their next evaluation.
ALTER TABLE findings ADD COLUMN layer {integer};
