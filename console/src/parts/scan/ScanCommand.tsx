import { useMessages } from '../../i18n/language';
import { Command } from '../Command';
import { messages } from './messages';

const CA = 'DATA-DIR/tls/ca.pem';

/** The command that registers an image from a terminal, with what it needs to trust a server that has its own authority. */
export default function ScanCommand() {
  const t = useMessages(messages);
  const isSecure = location.protocol === 'https:';
  const trust = isSecure ? `--register-ca ${CA} ` : '';
  return (
    <>
      <Command text={`bulkhead scan --register ${location.origin} ${trust}--token-file TOKEN IMAGE`} />
      {isSecure && <p className="bh-quiet">{t.rich('ca', { file: <code>{CA}</code>, option: <code>{'--register-ca'}</code> })}</p>}
    </>
  );
}
