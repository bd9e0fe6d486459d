//! A disk that is full: said as it is, nothing half done, and everything goes on once there is room.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::{Folder, PEOPLE};

/// A small file system of its own. Only the super-user can make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mounted_at(place: &Path) -> Option<Self> {
        fs::create_dir(place).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(place).output();
        mount.is_ok_and(|mount| mount.status.success()).then(|| Self(place.to_owned()))
    }

    /// Fills it to the last octet.
    fn fill(&self) {
        let file = self.0.join("filler");
        let mut size = 4 << 20;
        let mut filler = fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        while size > 0 {
            use std::io::Write as _;
            if filler.write_all(&vec![b'x'; size]).is_err() {
                size /= 2;
            }
        }
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

#[test]
fn a_database_on_a_full_disk() {
    let folder = Folder::light();
    let emulator = folder.emulator();
    let place = folder.path().join("small");
    let Some(disk) = SmallDisk::mounted_at(&place) else {
        return eprintln!("left out: a_database_on_a_full_disk: only the super-user can make a small disk");
    };
    fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
    fs::copy(folder.path().join("lokalid.db"), place.join("lokalid.db")).unwrap();
    folder.edit("lokalid.toml", |text| text.replacen("sqlite:lokalid.db", "sqlite:small/lokalid.db", 1));
    let before = folder.run(&["apply"]).expect(0);
    let file = fs::read(place.join("lokalid.db")).unwrap();
    drop(before);
    folder.remove_people(|place| place == 4);
    disk.fill();
    let said = folder.run(&["apply"]).expect(1).err;
    assert!(said.contains("small/lokalid.db") && said.contains("full"), "{said}");
    folder.run(&["doctor"]).expect(1).says(&["WRONG  disk of the database", "What to do: Make room"]);
    assert_eq!((emulator.writes(), emulator.employees().len()), (Vec::<String>::new(), PEOPLE));
    assert_eq!(fs::read(place.join("lokalid.db")).unwrap(), file);
    disk.empty();
    folder.run(&["apply"]).expect(0);
    folder.run(&["audit", "verify"]).expect(0);
    assert_eq!(emulator.employees().len(), PEOPLE - 1);
}
