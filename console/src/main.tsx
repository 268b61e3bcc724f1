import '@patternfly/react-core/dist/styles/base.css';
import './styles/tokens.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/table.css';
import './styles/pages.css';
import './styles/forms.css';
// Nearly every page has a table: its styles come with the first file instead of by a request of their own.
import '@patternfly/react-styles/css/components/Table/table.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './client/cache';
import { router } from './frame/router';
import { frameRoute } from './frame/routes';
import { askAhead } from './frame/start';
import { LanguageProvider } from './i18n/language';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
askAhead(router, frameRoute, location.pathname);
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
);
