package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// ConfigFile is the path of a YAML file of settings; empty for none.
type ConfigFile string

// BeforeResolve puts the file, and over it the environment, under the flags. Kong
// by itself would read the environment first and let the file win.
func (p *program) BeforeResolve(k *kong.Kong, ctx *kong.Context, env environment) error {
	s := settings{flags: map[string]*kong.Flag{}, env: env}
	for _, flag := range configFlags(k.Model) {
		s.flags[flag.Name] = flag
	}
	for _, flag := range k.Model.Flags {
		if _, is := flag.Target.Interface().(ConfigFile); is {
			path, _ := ctx.FlagValue(flag).(ConfigFile)
			if path == "" {
				path = ConfigFile(env[variable(flag.Name)])
			}
			if err := s.readFile(string(path)); err != nil {
				return err
			}
		}
	}
	ctx.AddResolver(s)
	return nil
}

// environment is what the process was given; empty variables count as unset.
type environment map[string]string

func processEnvironment(pairs []string) environment {
	env := environment{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

// configFlags are the settings, in the order of [Config].
func configFlags(app *kong.Application) []*kong.Flag {
	var flags []*kong.Flag
	for _, flag := range app.Flags {
		if flag.Group != nil { // what is no setting has none
			flags = append(flags, flag)
		}
	}
	return flags
}

// variable names a flag in the environment.
func variable(flag string) string {
	name := strings.ToUpper(key(flag))
	if strings.HasPrefix(name, "MINIO_") {
		return name
	}
	return "TASK_REPORTER_" + name
}

// key names a flag in the file.
func key(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// settings resolves flags that the command line does not give.
type settings struct {
	flags map[string]*kong.Flag
	env   environment
	file  map[string]string // flag name → value as it would stand in the environment
}

func (s *settings) readFile(path string) error {
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("configuration file: %w", err)
	}
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	s.file = make(map[string]string, len(nodes))
	for name, node := range nodes {
		flag := strings.ReplaceAll(name, "_", "-")
		if s.flags[flag] == nil || strings.Contains(name, "-") {
			return fmt.Errorf("configuration file %s: there is no setting %s", path, name)
		}
		values := []*yaml.Node{&node}
		if node.Kind == yaml.SequenceNode && s.flags[flag].IsSlice() {
			values = node.Content
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if v.Kind != yaml.ScalarNode {
				return fmt.Errorf("configuration file %s, line %d: %s takes no such value", path, v.Line, name)
			}
			if v.Tag != "!!null" {
				texts[i] = v.Value
			}
		}
		s.file[flag] = strings.Join(texts, ",")
	}
	return nil
}

// Validate implements kong.Resolver.
func (s settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if s.flags[flag.Name] != flag {
		return nil, nil // of a command
	}
	value := s.env[variable(flag.Name)]
	if value == "" {
		value = s.file[flag.Name]
	}
	if value == "" {
		return nil, nil
	}
	return value, nil
}

// ConfigCmd prints the settings as they are in effect.
type ConfigCmd struct{}

// Run writes a file that --config-file reads, but for the masked secrets.
func (ConfigCmd) Run(app *kong.Kong, c console) error {
	return printSettings(c.Out, app.Model)
}

// inEffect tells, for the audit trail, the digest of all settings, so that another one
// means other settings, and the names of those that are not the defaults. It tells no
// values; a secret that changes shows only if there was none.
func inEffect(app *kong.Application) (string, error) {
	var all bytes.Buffer
	if err := printSettings(&all, app); err != nil {
		return "", err
	}
	untouched, err := newApp(&program{}, environment{}, console{})
	if err != nil {
		return "", err
	}
	if _, err := untouched.Parse([]string{"config"}); err != nil {
		return "", err
	}
	digest := sha256.Sum256(all.Bytes())
	words := []string{fmt.Sprintf("settings %x", digest[:6])}
	plain := configFlags(untouched.Model)
	for i, flag := range configFlags(app) {
		if !reflect.DeepEqual(flag.Target.Interface(), plain[i].Target.Interface()) {
			words = append(words, key(flag.Name))
		}
	}
	return strings.Join(words, " "), nil
}

func printSettings(w io.Writer, app *kong.Application) error {
	doc := yaml.Node{Kind: yaml.MappingNode}
	for _, flag := range configFlags(app) {
		var name, value yaml.Node
		name.SetString(key(flag.Name))
		name.HeadComment = flag.Help
		if err := value.Encode(flag.Target.Interface()); err != nil {
			return fmt.Errorf("print %s: %w", flag.Name, err)
		}
		doc.Content = append(doc.Content, &name, &value)
	}
	out := yaml.NewEncoder(w)
	out.SetIndent(2)
	if err := out.Encode(&doc); err != nil {
		return err
	}
	return out.Close()
}
