# What `cmake --install` puts where, and the Debian package made of it: `cmake --workflow --preset package`.
include(GNUInstallDirs)
pkg_get_variable(unit_directory systemd systemdsystemunitdir)
if(NOT unit_directory)
  set(unit_directory /lib/systemd/system)
endif()

set(VERSORI_MIRROR_MAINTAINER "versori-mirror maintainers <versori-mirror@localhost>"
    CACHE STRING "Name and address in the Debian package")
string(TIMESTAMP VERSORI_MIRROR_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, where it is set

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${VERSORI_MIRROR_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${VERSORI_MIRROR_MAINTAINER}")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "sqlite3")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "local SQLite mirror of the connectors of Versori organisations")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A service that walks the connectors of one or more Versori organisations on
a schedule, keeps them as tables of a SQLite database that anyone may query,
and records every change: in the database, in the journal and in a file.
.
It only reads from the platform. Values of secrets are never stored.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(file conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/debian/${file})
endforeach()

# Debian wants these compressed, without a time in them.
function(compress from to)
  execute_process(COMMAND gzip -9nc INPUT_FILE ${from} OUTPUT_FILE ${to} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
endfunction()
configure_file(systemd/debian/changelog package/changelog @ONLY)
compress(${CMAKE_BINARY_DIR}/package/changelog ${CMAKE_BINARY_DIR}/package/changelog.gz)
compress(${CMAKE_CURRENT_LIST_DIR}/versori-mirror.1 ${CMAKE_BINARY_DIR}/package/versori-mirror.1.gz)

install(TARGETS versori-mirror)
install(FILES config/versori-mirror.toml DESTINATION /etc/versori-mirror # where the program looks
        PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES systemd/versori-mirror.service systemd/versori-mirror@.service DESTINATION ${unit_directory})
install(FILES systemd/versori-mirror.sysusers DESTINATION lib/sysusers.d RENAME versori-mirror.conf)
install(FILES systemd/versori-mirror.tmpfiles DESTINATION lib/tmpfiles.d RENAME versori-mirror.conf)
install(FILES systemd/versori-mirror.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME versori-mirror)
install(FILES ${CMAKE_BINARY_DIR}/package/versori-mirror.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES systemd/debian/copyright ${CMAKE_BINARY_DIR}/package/changelog.gz
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/versori-mirror)
install(FILES systemd/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME versori-mirror)
include(CPack)
