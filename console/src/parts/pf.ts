// The components of PatternFly that the console uses, each by its own path: with them comes their style and nothing else.
// Those that tell screen readers something in English of their own are wrapped by `said/`.
export { Dropdown, DropdownGroup, DropdownItem, DropdownList } from '@patternfly/react-core/dist/esm/components/Dropdown';
export { FormGroup, FormHelperText } from '@patternfly/react-core/dist/esm/components/Form';
export { FormSelect, FormSelectOption } from '@patternfly/react-core/dist/esm/components/FormSelect';
export { HelperText } from '@patternfly/react-core/dist/esm/components/HelperText';
export { MenuToggle } from '@patternfly/react-core/dist/esm/components/MenuToggle';
export { ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core/dist/esm/components/Modal';
export { Tab, TabTitleText } from '@patternfly/react-core/dist/esm/components/Tabs';
export { TextArea } from '@patternfly/react-core/dist/esm/components/TextArea';
export { TextInput } from '@patternfly/react-core/dist/esm/components/TextInput';
export { Alert } from './said/Alert';
export { Button } from './said/Button';
export { Form } from './said/Form';
export { HelperTextItem } from './said/HelperTextItem';
export { Modal } from './said/Modal';
export { Tabs } from './said/Tabs';
