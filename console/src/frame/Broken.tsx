import { Component, type ReactNode } from 'react';
import { hasCode } from '../client/failure';
import { useMessages } from '../i18n/language';
import { Button } from '../parts/pf';
import { Problem } from '../parts/Problem';
import { messages } from './messages';
import { NotLoaded } from './NotLoaded';
import { isNotLoaded } from './version';

/** Keeps the failure of a page within its place: navigation and the other pages go on. */
export class Broken extends Component<{ children: ReactNode; place: string }, { error: Error | null; place: string }> {
  override state = { error: null as Error | null, place: this.props.place };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  static getDerivedStateFromProps(props: { place: string }, state: { place: string }) {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (isNotLoaded(error)) return <NotLoaded onArrived={() => { this.setState({ error: null }); }} />;
    return <BrokenPage error={error} onRetry={() => { this.setState({ error: null }); }} />;
  }
}

function BrokenPage({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useMessages(messages);
  if (hasCode(error, 'access.unauthenticated')) return null;
  return (
    <div className="bh-page">
      <h1>{t('broken.title')}</h1>
      <p>{t('broken.text')}</p>
      <Problem error={error} onRetry={onRetry} />
      <p>
        <Button variant="secondary" onClick={() => { location.reload(); }}>{t('broken.reload')}</Button>
      </p>
    </div>
  );
}
