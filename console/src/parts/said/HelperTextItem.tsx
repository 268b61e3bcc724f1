import { HelperTextItem as Plain } from '@patternfly/react-core/dist/esm/components/HelperText';
import type { ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from '../messages';

type HelperTextItemProps = Omit<ComponentProps<typeof Plain>, 'variant'> & { variant: 'default' | 'error' };

/** PatternFly's text below a field, with what it tells screen readers in the reader's language. */
export function HelperTextItem(props: HelperTextItemProps) {
  const t = useMessages(messages);
  return <Plain screenReaderText={t('field.error')} {...props} />;
}
