//go:build unix

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Without the rights to a file or folder one is told so. The child gives up
// those of the superuser, who has them all.
func TestNoRights(t *testing.T) {
	const rights = "it cannot be written: check the owner and the rights of the file and its folder"
	for name, tt := range map[string]struct {
		file, folder os.FileMode
		made         bool
		want         string
	}{
		"a file to be read":            {0o444, 0o777, true, "(open PATH: permission denied)"},
		"a folder to be read":          {0o666, 0o555, true, "(open PATH.lock: permission denied)"},
		"a folder to be read, no file": {0, 0o555, false, "(open PATH: permission denied)"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, err := os.MkdirTemp("", "store") //nolint:usetesting // others cannot reach into t.TempDir
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := os.RemoveAll(folder); err != nil {
					t.Error(err)
				}
			})
			path := filepath.Join(folder, "troupe.db")
			if tt.made {
				write(t, path, nil)
				chmod(t, path, tt.file)
			}
			chmod(t, folder, tt.folder)
			got := start(t, "open", path, asNobody).line()
			want := "store " + path + ": " + rights + " " + strings.ReplaceAll(tt.want, "PATH", path)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			chmod(t, folder, 0o700)
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// asNobody lets a process run without the rights of the superuser.
func asNobody(cmd *exec.Cmd) {
	const nobody = 65534
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}
