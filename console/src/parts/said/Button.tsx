import { Button as Plain } from '@patternfly/react-core/dist/esm/components/Button';
import type { ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from '../messages';

/** PatternFly's button, with what it tells screen readers in the reader's language. */
export function Button(props: ComponentProps<typeof Plain>) {
  const t = useMessages(messages);
  return <Plain spinnerAriaValueText={t('busy')} {...props} />;
}
