import {
  Box,
  CircleHelp,
  Cpu,
  Gauge,
  HardHat,
  type LucideIcon,
  PackageX,
  SearchX,
  Wrench,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentType, Severity, Template } from '@/api/types';
import { useLanguage } from '@/ui/useLanguage';
import { SeverityIcon } from './Badges';
import { severities } from './filters';
import classes from './Tiles.module.css';

const icons: Record<IncidentType, LucideIcon> = {
  equipment: Wrench,
  quality: SearchX,
  material: PackageX,
  safety: HardHat,
  process: Gauge,
  it: Cpu,
  other: CircleHelp,
};

interface TemplateTilesProps {
  templates: Template[];
  value?: string;
  onChange: (template: Template) => void;
  error?: string;
}

export function TemplateTiles({ templates, value, onChange, error }: TemplateTilesProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <fieldset className={classes.group} aria-describedby={error ? 'template-error' : undefined}>
      <legend className="sr-only">{t('declare.template')}</legend>
      <div className={classes.templates}>
        {templates.map((template) => {
          const Icon = icons[template.incident_type] ?? Box;
          return (
            <Tile
              key={template.template_id}
              name="template"
              checked={template.template_id === value}
              onSelect={() => onChange(template)}
            >
              <Icon size={26} strokeWidth={1.75} aria-hidden />
              <span className={classes.name}>{language === 'en' ? template.name_en : template.name_zh}</span>
            </Tile>
          );
        })}
      </div>
      {error !== undefined && (
        <p className={classes.error} id="template-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

export function SeverityTiles({
  value,
  onChange,
}: {
  value?: Severity;
  onChange: (severity: Severity) => void;
}) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{t('severity.label')}</legend>
      <div className={classes.severities}>
        {severities.map((severity) => (
          <Tile
            key={severity}
            name="severity"
            severity={severity}
            checked={severity === value}
            onSelect={() => onChange(severity)}
          >
            <span className={classes.severityName}>
              <SeverityIcon severity={severity} size={18} />
              {t(`severity.${severity}`)}
            </span>
            <span className={classes.hint}>{t(`severityHint.${severity}`)}</span>
          </Tile>
        ))}
      </div>
    </fieldset>
  );
}

interface TileProps {
  name: string;
  checked: boolean;
  onSelect: () => void;
  severity?: Severity;
  children: ReactNode;
}

/** A radio button as large as a gloved finger. */
function Tile({ name, checked, onSelect, severity, children }: TileProps) {
  return (
    <label className={classes.tile} data-severity={severity}>
      <input type="radio" name={name} checked={checked} onChange={onSelect} />
      {children}
    </label>
  );
}
