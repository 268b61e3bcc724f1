// The components of PatternFly that the console uses, each by its own path: with them comes their style and nothing else.
export { Alert, AlertActionCloseButton } from '@patternfly/react-core/dist/esm/components/Alert';
export { Button } from '@patternfly/react-core/dist/esm/components/Button';
export { Dropdown, DropdownGroup, DropdownItem, DropdownList } from '@patternfly/react-core/dist/esm/components/Dropdown';
export { Form, FormGroup, FormHelperText } from '@patternfly/react-core/dist/esm/components/Form';
export { FormSelect, FormSelectOption } from '@patternfly/react-core/dist/esm/components/FormSelect';
export { HelperText, HelperTextItem } from '@patternfly/react-core/dist/esm/components/HelperText';
export { MenuToggle } from '@patternfly/react-core/dist/esm/components/MenuToggle';
export { Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core/dist/esm/components/Modal';
export { Switch } from '@patternfly/react-core/dist/esm/components/Switch';
export { Tab, TabTitleText, Tabs } from '@patternfly/react-core/dist/esm/components/Tabs';
export { TextArea } from '@patternfly/react-core/dist/esm/components/TextArea';
export { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput';
