import { Form as Plain } from '@patternfly/react-core/dist/esm/components/Form';
import type { ComponentProps } from 'react';

/** PatternFly's form, with the browser's checks: what is required and missing is told before anything is sent. */
export function Form(props: ComponentProps<typeof Plain>) {
  return <Plain {...props} noValidate={false} />;
}
