import { HelperTextItem as Plain } from '@patternfly/react-core/dist/esm/components/HelperText';
import type { ComponentProps } from 'react';

type HelperTextItemProps = Omit<ComponentProps<typeof Plain>, 'variant'> & { variant: 'default' | 'error' };

/**
 * PatternFly's text below a field. That the field is wrong is told by the field itself: its own word for it, in English, would be
 * read out behind the sentence.
 */
export function HelperTextItem(props: HelperTextItemProps) {
  return <Plain screenReaderText="" {...props} />;
}
