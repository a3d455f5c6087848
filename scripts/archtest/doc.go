// Package archtest holds the arrows between the folders as the architecture draws them, and the
// test that the linter's configuration refuses every other import. It knows nothing of the code
// in those folders: it plants its own.
package archtest
