import { catalog } from '../../../../i18n/catalog';
import { en } from './messages.en';
import { ja } from './messages.ja';

export const messages = catalog(en, ja);
