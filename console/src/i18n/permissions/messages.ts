import { catalog } from '../catalog';
import { en } from './messages.en';
import { ja } from './messages.ja';

export const messages = catalog(en, ja);
