export { TemplateForm } from './TemplateForm';
export { Templates } from './Templates';
