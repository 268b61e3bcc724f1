import { createElement, useCallback, useEffect, useReducer, useState, type ComponentType, type ReactNode } from 'react';
import { useMessages } from '../i18n/language';
import { messages } from './messages';
import { MissingDialog, MissingNote } from './MissingPart';
import { isNotLoaded, readMissingStyles } from './version';

interface Options {
  /** What stands there while the code is on its way. */
  wait?: ReactNode;
  /** Around what is told in the place of the part where its code does not come; dialogs have none, and lie over the page. */
  place?: (told: ReactNode) => ReactNode;
}

interface Closable {
  onClose?: () => void;
}

/**
 * A part of the page whose code is loaded once it is shown. Where that does not come it is told so, with a way to try again;
 * the page and what was typed in it stay. What has `onClose` and no place of its own is a dialog.
 */
export function later<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>, { wait = null, place }: Options = {}): ComponentType<Props> {
  const part = partOf(load);
  return function Later(props: Props) {
    const [error, setError] = useState<Error | null>(null);
    const [, draw] = useReducer((count: number) => count + 1, 0);
    const ask = useCallback(() => { part.load().then(draw, setError); }, []);
    const Code = part.code();
    useEffect(() => {
      if (part.code() === null) ask();
    }, [ask]);
    if (Code) return createElement(Code, props);
    if (error === null) return wait;
    if (!isNotLoaded(error)) throw error;
    return <NotThere again={ask} onClose={(props as Closable).onClose} place={place} />;
  };
}

function NotThere({ again, onClose, place }: { again: () => void; onClose: (() => void) | undefined; place: Options['place'] }) {
  const t = useMessages(messages);
  const title = t('missing.part');
  if (onClose && !place) return <MissingDialog title={title} again={again} onClose={onClose} />;
  const note = <MissingNote title={title} again={again} onClose={onClose} />;
  return place ? place(note) : note;
}

interface Part<Props> {
  code: () => ComponentType<Props> | null;
  load: () => Promise<void>;
}

function partOf<Props>(load: () => Promise<{ default: ComponentType<Props> }>): Part<Props> {
  let code: ComponentType<Props> | null = null;
  return {
    code: () => code,
    load: async () => {
      await readMissingStyles();
      code = (await load()).default;
    },
  };
}
