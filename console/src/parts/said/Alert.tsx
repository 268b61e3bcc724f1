import { Alert as Plain } from '@patternfly/react-core/dist/esm/components/Alert';
import type { ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from '../messages';

type AlertProps = ComponentProps<typeof Plain> & { variant: 'danger' | 'info' | 'success' | 'warning' };

/** PatternFly's note, with what it tells screen readers in the reader's language. Its title heads no part of the page. */
export function Alert(props: AlertProps) {
  const t = useMessages(messages);
  return <Plain component="p" variantLabel={t(`alert.${props.variant}`)} {...props} />;
}
