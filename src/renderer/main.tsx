/** Starts the page: styles, connection to main and the engine, then the window. */
import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { connect } from './stores/connect.js';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root"');

void connect();
createRoot(root).render(<App />);
