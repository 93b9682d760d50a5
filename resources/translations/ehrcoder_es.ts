<?xml version="1.0" encoding="utf-8"?>
<TS version="2.1" language="es" sourcelanguage="en">
 <context>
  <name>AboutPopup</name>
  <message>
   <source>  Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms</source>
   <translation>  Gemma se ofrece con arreglo a los Términos de uso de Gemma, que están en ai.google.dev/gemma/terms</translation>
  </message>
  <message>
   <source>  Runs in llama.cpp with llama-cpp-python, MIT</source>
   <translation>  Funciona en llama.cpp con llama-cpp-python, MIT</translation>
  </message>
  <message>
   <source>  none found yet</source>
   <translation>  no se ha encontrado ninguno todavía</translation>
  </message>
  <message>
   <source>About EHRCoder</source>
   <translation>Acerca de EHRCoder</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close this page (Esc)</source>
   <translation>Cerrar esta página (Esc)</translation>
  </message>
  <message>
   <source>Code sets</source>
   <translation>Conjuntos de códigos</translation>
  </message>
  <message>
   <source>Copied.</source>
   <translation>Copiado.</translation>
  </message>
  <message>
   <source>Copy</source>
   <translation>Copiar</translation>
  </message>
  <message>
   <source>Copy all of it, for a report</source>
   <translation>Copiarlo todo, para un informe</translation>
  </message>
  <message>
   <source>Data folder</source>
   <translation>Carpeta de datos</translation>
  </message>
  <message>
   <source>Language model</source>
   <translation>Modelo de lenguaje</translation>
  </message>
  <message>
   <source>Licences</source>
   <translation>Licencias</translation>
  </message>
  <message>
   <source>Open the licences page</source>
   <translation>Abrir la página de licencias</translation>
  </message>
  <message>
   <source>Versions and licences</source>
   <translation>Versiones y licencias</translation>
  </message>
  <message>
   <source>What is sent anywhere: nothing. Records, model and code sets stay on this machine.
Suggestions come from software; only what a person accepted, replaced or added is a code.</source>
   <translation>Qué se envía a otra parte: nada. Historias, modelo y conjuntos de códigos se quedan en este equipo.
Las sugerencias son del programa; solo es código lo que una persona aceptó, sustituyó o añadió.</translation>
  </message>
 </context>
 <context>
  <name>AssignedPane</name>
  <message>
   <source>#</source>
   <translation>N.º</translation>
  </message>
  <message>
   <source>1 code</source>
   <translation>1 código</translation>
  </message>
  <message>
   <source>Assigned codes</source>
   <translation>Códigos asignados</translation>
  </message>
  <message>
   <source>Code</source>
   <translation>Código</translation>
  </message>
  <message>
   <source>Code edits</source>
   <translation>Comprobaciones</translation>
  </message>
  <message>
   <source>Code or words</source>
   <translation>Código o palabras</translation>
  </message>
  <message>
   <source>Error</source>
   <translation>Error</translation>
  </message>
  <message>
   <source>Filter assigned codes by code or words</source>
   <translation>Filtrar los códigos asignados por código o palabras</translation>
  </message>
  <message>
   <source>Information</source>
   <translation>Información</translation>
  </message>
  <message>
   <source>No assigned code fits the filter.</source>
   <translation>Ningún código asignado cumple el filtro.</translation>
  </message>
  <message>
   <source>No code is assigned yet. A accepts a suggestion, Ctrl+K searches for another code.</source>
   <translation>Aún no hay ningún código asignado. A acepta una sugerencia, Ctrl+K busca otro código.</translation>
  </message>
  <message>
   <source>POA</source>
   <translation>POA</translation>
  </message>
  <message>
   <source>Present on admission: not said</source>
   <translation>Presente al ingreso: no indicado</translation>
  </message>
  <message>
   <source>Principal</source>
   <translation>Principal</translation>
  </message>
  <message>
   <source>Secondary</source>
   <translation>Secundario</translation>
  </message>
  <message>
   <source>Sorted by {0}, not in sequence. P, Alt+↑ and Alt+↓ act on the sequence (#). {1} sorts on.</source>
   <translation>Ordenado por {0}, no en secuencia. P, Alt+↑ y Alt+↓ actúan sobre la secuencia (#). {1} sigue ordenando.</translation>
  </message>
  <message>
   <source>The verified codes of the open record appear here.</source>
   <translation>Aquí aparecen los códigos verificados de la historia abierta.</translation>
  </message>
  <message>
   <source>Title</source>
   <translation>Título</translation>
  </message>
  <message>
   <source>Use</source>
   <translation>Uso</translation>
  </message>
  <message>
   <source>Warning</source>
   <translation>Aviso</translation>
  </message>
  <message>
   <source>{0} codes</source>
   <translation>{0} códigos</translation>
  </message>
  <message>
   <source>{0} of {1} listed</source>
   <translation>{0} de {1} en la lista</translation>
  </message>
 </context>
 <context>
  <name>BulkPopup</name>
  <message>
   <source>1 of the list is left out: it raises an error or no words support it.</source>
   <translation>1 de la lista queda fuera: da un error o ninguna palabra lo apoya.</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>Aceptar</translation>
  </message>
  <message>
   <source>Accept 1</source>
   <translation>Aceptar 1</translation>
  </message>
  <message>
   <source>Accept 1 suggestion?</source>
   <translation>¿Aceptar 1 sugerencia?</translation>
  </message>
  <message>
   <source>Accept all that is listed here (Enter)</source>
   <translation>Aceptar todo lo que figura aquí (Intro)</translation>
  </message>
  <message>
   <source>Accept none</source>
   <translation>No aceptar ninguna</translation>
  </message>
  <message>
   <source>Accept {0}</source>
   <translation>Aceptar {0}</translation>
  </message>
  <message>
   <source>Accept {0} suggestions?</source>
   <translation>¿Aceptar {0} sugerencias?</translation>
  </message>
  <message>
   <source>All that the filter lists and nobody decided yet.</source>
   <translation>Todo lo que muestra el filtro y nadie ha decidido aún.</translation>
  </message>
  <message>
   <source>Leave everything as it is (Esc)</source>
   <translation>Dejarlo todo como está (Esc)</translation>
  </message>
  <message>
   <source>One step: Ctrl+Z takes all of it back. Enter accepts, Esc does not.</source>
   <translation>Un solo paso: Ctrl+Z lo deshace todo. Intro acepta, Esc no.</translation>
  </message>
  <message>
   <source>Suggestions to accept</source>
   <translation>Sugerencias por aceptar</translation>
  </message>
  <message>
   <source>{0} of the list are left out: they raise errors or no words support them.</source>
   <translation>{0} de la lista quedan fuera: dan errores o ninguna palabra las apoya.</translation>
  </message>
 </context>
 <context>
  <name>CampaignPopup</name>
  <message>
   <source>, {0} an hour</source>
   <translation>, {0} por hora</translation>
  </message>
  <message>
   <source>, {0} min left</source>
   <translation>, quedan {0} min</translation>
  </message>
  <message>
   <source>Campaign</source>
   <translation>Campaña</translation>
  </message>
  <message>
   <source>Campaign {0}</source>
   <translation>Campaña {0}</translation>
  </message>
  <message>
   <source>Check</source>
   <translation>Comprobar</translation>
  </message>
  <message>
   <source>Checking…</source>
   <translation>Comprobando…</translation>
  </message>
  <message>
   <source>Choose the records that are coded first, with reasons</source>
   <translation>Elegir las historias que se codifican primero, con motivos</translation>
  </message>
  <message>
   <source>Choosing…</source>
   <translation>Eligiendo…</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close the view (Esc); labelling goes on</source>
   <translation>Cerrar la vista (Esc); el etiquetado sigue</translation>
  </message>
  <message>
   <source>Figures of the campaign</source>
   <translation>Cifras de la campaña</translation>
  </message>
  <message>
   <source>How many records to sample</source>
   <translation>Cuántas historias muestrear</translation>
  </message>
  <message>
   <source>Label</source>
   <translation>Etiquetar</translation>
  </message>
  <message>
   <source>Label what waits, in batch; it goes on where it stopped</source>
   <translation>Etiquetar lo que espera, por lotes; sigue donde se quedó</translation>
  </message>
  <message>
   <source>Labelled {0} of {1}</source>
   <translation>Etiquetadas {0} de {1}</translation>
  </message>
  <message>
   <source>Make a campaign: its seed and shares are fixed from then on</source>
   <translation>Crear una campaña: su semilla y sus partes quedan fijas desde entonces</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Nombre</translation>
  </message>
  <message>
   <source>Name of the new campaign</source>
   <translation>Nombre de la campaña nueva</translation>
  </message>
  <message>
   <source>New campaign</source>
   <translation>Campaña nueva</translation>
  </message>
  <message>
   <source>Next record</source>
   <translation>Historia siguiente</translation>
  </message>
  <message>
   <source>Open what you do next</source>
   <translation>Abrir lo que usted hace a continuación</translation>
  </message>
  <message>
   <source>Order what is labelled by what pays most to verify</source>
   <translation>Ordenar lo etiquetado por lo que más rinde verificar</translation>
  </message>
  <message>
   <source>Pause</source>
   <translation>Pausa</translation>
  </message>
  <message>
   <source>Queue</source>
   <translation>Cola</translation>
  </message>
  <message>
   <source>Reading the workspace…</source>
   <translation>Leyendo el espacio de trabajo…</translation>
  </message>
  <message>
   <source>Record</source>
   <translation>Historia</translation>
  </message>
  <message>
   <source>Records of the chosen figure</source>
   <translation>Historias de la cifra elegida</translation>
  </message>
  <message>
   <source>Report</source>
   <translation>Informe</translation>
  </message>
  <message>
   <source>Report…</source>
   <translation>Informe…</translation>
  </message>
  <message>
   <source>Run the automatic checks over everything that is labelled</source>
   <translation>Hacer las comprobaciones automáticas sobre todo lo etiquetado</translation>
  </message>
  <message>
   <source>Sample</source>
   <translation>Muestra</translation>
  </message>
  <message>
   <source>The new version is in use: {0}</source>
   <translation>La versión nueva está en uso: {0}</translation>
  </message>
  <message>
   <source>The new version is not used: {0}</source>
   <translation>La versión nueva no se usa: {0}</translation>
  </message>
  <message>
   <source>The report is written.</source>
   <translation>El informe está escrito.</translation>
  </message>
  <message>
   <source>There is no campaign in this workspace. A campaign samples, labels and verifies many records, and says how far its codes can be trusted.</source>
   <translation>No hay ninguna campaña en este espacio de trabajo. Una campaña muestrea, etiqueta y verifica muchas historias, y dice cuánto puede confiarse en sus códigos.</translation>
  </message>
  <message>
   <source>Train</source>
   <translation>Entrenar</translation>
  </message>
  <message>
   <source>Train a version on the signed records; it is used only when it is better on others</source>
   <translation>Entrenar una versión con los registros firmados; solo se usa si es mejor en otros</translation>
  </message>
  <message>
   <source>Training is paused; the version in use stays. Train goes on.</source>
   <translation>El entrenamiento está en pausa; la versión en uso se mantiene. Entrenar lo continúa.</translation>
  </message>
  <message>
   <source>Training: {0}, {1} of {2}</source>
   <translation>Entrenamiento: {0}, {1} de {2}</translation>
  </message>
  <message>
   <source>Training…</source>
   <translation>Entrenando…</translation>
  </message>
  <message>
   <source>Why it stands on a list</source>
   <translation>Por qué figura en una lista</translation>
  </message>
  <message>
   <source>Write the report as HTML</source>
   <translation>Escribir el informe como HTML</translation>
  </message>
  <message>
   <source>{0} records labelled, {1} left</source>
   <translation>{0} historias etiquetadas, quedan {1}</translation>
  </message>
  <message>
   <source>{0} records, {1} labelled, {2} signed</source>
   <translation>{0} historias, {1} etiquetadas, {2} firmadas</translation>
  </message>
 </context>
 <context>
  <name>Chips</name>
  <message>
   <source>The last ten decisions</source>
   <translation>Las últimas diez decisiones</translation>
  </message>
 </context>
 <context>
  <name>ChoiceModel</name>
  <message>
   <source>1 code</source>
   <translation>1 código</translation>
  </message>
  <message>
   <source>{0} codes</source>
   <translation>{0} códigos</translation>
  </message>
 </context>
 <context>
  <name>ChoicePopup</name>
  <message>
   <source>Answers</source>
   <translation>Respuestas</translation>
  </message>
  <message>
   <source>Press a key, or ↑ ↓ and Enter. Esc leaves everything as it is.</source>
   <translation>Pulse una tecla, o ↑ ↓ e Intro. Esc lo deja todo como está.</translation>
  </message>
 </context>
 <context>
  <name>CodeBrowser</name>
  <message>
   <source>, from {0}</source>
   <translation>, desde {0}</translation>
  </message>
  <message>
   <source>Alphabetic Index paths to {0}</source>
   <translation>Caminos del índice alfabético a {0}</translation>
  </message>
  <message>
   <source>Also found by</source>
   <translation>También se encuentra por</translation>
  </message>
  <message>
   <source>Assign</source>
   <translation>Asignar</translation>
  </message>
  <message>
   <source>Assign the marked code</source>
   <translation>Asignar el código marcado</translation>
  </message>
  <message>
   <source>Assign the marked code to the open record (Enter)</source>
   <translation>Asignar el código marcado a la historia abierta (Intro)</translation>
  </message>
  <message>
   <source>Browse codes</source>
   <translation>Explorar códigos</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close the browser (Esc)</source>
   <translation>Cerrar el explorador (Esc)</translation>
  </message>
  <message>
   <source>Code also</source>
   <translation>Codificar también</translation>
  </message>
  <message>
   <source>Code first</source>
   <translation>Codificar primero</translation>
  </message>
  <message>
   <source>Code set</source>
   <translation>Conjunto de códigos</translation>
  </message>
  <message>
   <source>Codes of this level</source>
   <translation>Códigos de este nivel</translation>
  </message>
  <message>
   <source>Excludes1 (not coded together)</source>
   <translation>Excluye1 (no se codifican juntos)</translation>
  </message>
  <message>
   <source>Excludes2 (not included here)</source>
   <translation>Excluye2 (no incluido aquí)</translation>
  </message>
  <message>
   <source>Go to a code</source>
   <translation>Ir a un código</translation>
  </message>
  <message>
   <source>Go to a code, such as E11.4 or 0DTJ</source>
   <translation>Ir a un código, como E11.4 o 0DTJ</translation>
  </message>
  <message>
   <source>Includes</source>
   <translation>Incluye</translation>
  </message>
  <message>
   <source>Inclusion terms</source>
   <translation>Términos de inclusión</translation>
  </message>
  <message>
   <source>Notes</source>
   <translation>Notas</translation>
  </message>
  <message>
   <source>Open a record that can be changed to assign codes from here.</source>
   <translation>Abra una historia que pueda cambiarse para asignar códigos desde aquí.</translation>
  </message>
  <message>
   <source>Seventh characters, defined at {0}</source>
   <translation>Séptimos caracteres, definidos en {0}</translation>
  </message>
  <message>
   <source>The marked code and its notes</source>
   <translation>El código marcado y sus notas</translation>
  </message>
  <message>
   <source>Use additional code</source>
   <translation>Usar código adicional</translation>
  </message>
  <message>
   <source>can be assigned</source>
   <translation>puede asignarse</translation>
  </message>
  <message>
   <source>header: choose a code below it</source>
   <translation>categoría: elija un código debajo</translation>
  </message>
  <message>
   <source>↑ ↓ move, Enter or → opens a header, ← goes up, typing goes to a code, Enter on a code without › assigns it, Esc closes.</source>
   <translation>↑ ↓ mueven, Intro o → abre un encabezado, ← sube, al escribir se va a un código, Intro sobre un código sin › lo asigna, Esc cierra.</translation>
  </message>
 </context>
 <context>
  <name>CodeSearch</name>
  <message>
   <source>All kinds</source>
   <translation>Todos los tipos</translation>
  </message>
  <message>
   <source>Code, part of a code, or words</source>
   <translation>Código, parte de un código o palabras</translation>
  </message>
  <message>
   <source>Codes found</source>
   <translation>Códigos encontrados</translation>
  </message>
  <message>
   <source>Kind of code</source>
   <translation>Tipo de código</translation>
  </message>
  <message>
   <source>No code fits. Try fewer or other words.</source>
   <translation>Ningún código encaja. Pruebe con menos palabras o con otras.</translation>
  </message>
  <message>
   <source>Not suggested, but possible here, the likeliest first. ↓ chooses; words search all codes.</source>
   <translation>No se han propuesto, pero son posibles aquí, los más probables primero. ↓ elige; con palabras se busca en todos los códigos.</translation>
  </message>
  <message>
   <source>Search codes</source>
   <translation>Buscar códigos</translation>
  </message>
  <message>
   <source>Type a code or words. ↑ ↓ choose, Enter takes, Esc closes.</source>
   <translation>Escriba un código o palabras. ↑ ↓ eligen, Intro toma, Esc cierra.</translation>
  </message>
  <message>
   <source>{0} found, the likeliest first. ↑ ↓ choose, Enter takes, Ctrl+C copies, Esc closes.</source>
   <translation>{0} encontrados, primero los más probables. ↑ ↓ eligen, Intro toma, Ctrl+C copia, Esc cierra.</translation>
  </message>
 </context>
 <context>
  <name>CodeSetImportPopup</name>
  <message>
   <source>    against {0}:</source>
   <translation>    frente a {0}:</translation>
  </message>
  <message>
   <source>    the first edition of this set</source>
   <translation>    la primera edición de este conjunto</translation>
  </message>
  <message>
   <source>1 file was left out:</source>
   <translation>1 archivo se omitió:</translation>
  </message>
  <message>
   <source>Cancel import</source>
   <translation>Cancelar la importación</translation>
  </message>
  <message>
   <source>Choose a folder; whatever is no release in it is named and left out</source>
   <translation>Elija una carpeta; lo que en ella no sea una publicación se nombra y se omite</translation>
  </message>
  <message>
   <source>Choose files or archives; all of them are imported or nothing changes</source>
   <translation>Elija archivos o archivos comprimidos; se importan todos o no cambia nada</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close (Esc)</source>
   <translation>Cerrar (Esc)</translation>
  </message>
  <message>
   <source>Code sets</source>
   <translation>Conjuntos de códigos</translation>
  </message>
  <message>
   <source>Code system of a table</source>
   <translation>Sistema de códigos de una tabla</translation>
  </message>
  <message>
   <source>Codes</source>
   <translation>Códigos</translation>
  </message>
  <message>
   <source>Edition</source>
   <translation>Edición</translation>
  </message>
  <message>
   <source>Import code sets</source>
   <translation>Importar conjuntos de códigos</translation>
  </message>
  <message>
   <source>Import code sets of a folder</source>
   <translation>Importar conjuntos de códigos de una carpeta</translation>
  </message>
  <message>
   <source>Import files…</source>
   <translation>Importar archivos…</translation>
  </message>
  <message>
   <source>Import folder…</source>
   <translation>Importar carpeta…</translation>
  </message>
  <message>
   <source>Import what CMS and NCHS publish, zipped or not, a FHIR CodeSystem or ValueSet, or a table with the columns code and display. Assigned codes are never rewritten.</source>
   <translation>Importe lo que publican CMS y NCHS, comprimido o no, un CodeSystem o ValueSet de FHIR, o una tabla con las columnas code y display. Los códigos asignados nunca se reescriben.</translation>
  </message>
  <message>
   <source>Importing code sets: {0}</source>
   <translation>Importando conjuntos de códigos: {0}</translation>
  </message>
  <message>
   <source>In force</source>
   <translation>En vigor</translation>
  </message>
  <message>
   <source>Installed editions</source>
   <translation>Ediciones instaladas</translation>
  </message>
  <message>
   <source>Name of a table's code set</source>
   <translation>Nombre del conjunto de códigos de una tabla</translation>
  </message>
  <message>
   <source>Progress of the import</source>
   <translation>Avance de la importación</translation>
  </message>
  <message>
   <source>Releases (*.zip *.xml *.txt *.csv *.json *.xlsx);;All files (*)</source>
   <translation>Publicaciones (*.zip *.xml *.txt *.csv *.json *.xlsx);;Todos los archivos (*)</translation>
  </message>
  <message>
   <source>Source</source>
   <translation>Fuente</translation>
  </message>
  <message>
   <source>Stop; the code sets stay as they were</source>
   <translation>Parar; los conjuntos de códigos quedan como estaban</translation>
  </message>
  <message>
   <source>Stopping; the code sets stay as they were…</source>
   <translation>Parando; los conjuntos de códigos quedan como estaban…</translation>
  </message>
  <message>
   <source>The code sets are imported.</source>
   <translation>Los conjuntos de códigos están importados.</translation>
  </message>
  <message>
   <source>What the import did</source>
   <translation>Qué hizo la importación</translation>
  </message>
  <message>
   <source>Year, where the files do not say it</source>
   <translation>Año, si los archivos no lo dicen</translation>
  </message>
  <message>
   <source>added</source>
   <translation>añadido</translation>
  </message>
  <message>
   <source>not stated</source>
   <translation>no indicado</translation>
  </message>
  <message>
   <source>now</source>
   <translation>ahora</translation>
  </message>
  <message>
   <source>retired</source>
   <translation>retirado</translation>
  </message>
  <message>
   <source>revised</source>
   <translation>revisado</translation>
  </message>
  <message>
   <source>{0} files were left out:</source>
   <translation>{0} archivos se omitieron:</translation>
  </message>
  <message>
   <source>{0} {1}: {2} entries</source>
   <translation>{0} {1}: {2} entradas</translation>
  </message>
  <message>
   <source>{0}: {1} codes</source>
   <translation>{0}: {1} códigos</translation>
  </message>
 </context>
 <context>
  <name>EncryptionDialog</name>
  <message>
   <source>Backups that are not encrypted: {0}. `ehrcoder encryption forget-plain-backups` deletes them.</source>
   <translation>Copias de seguridad sin cifrar: {0}. `ehrcoder encryption forget-plain-backups` las borra.</translation>
  </message>
  <message>
   <source>Change the passphrase</source>
   <translation>Cambiar la frase de paso</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Encrypt</source>
   <translation>Cifrar</translation>
  </message>
  <message>
   <source>Encryption</source>
   <translation>Cifrado</translation>
  </message>
  <message>
   <source>New passphrase</source>
   <translation>Nueva frase de paso</translation>
  </message>
  <message>
   <source>Nobody can open the workspace without its passphrase, and nobody can restore a forgotten one. Earlier backups keep the passphrase that they were made with.</source>
   <translation>Nadie puede abrir el espacio de trabajo sin su frase de paso, y nadie puede reponer una olvidada. Las copias anteriores conservan la frase de paso con la que se hicieron.</translation>
  </message>
  <message>
   <source>Take the encryption away</source>
   <translation>Quitar el cifrado</translation>
  </message>
  <message>
   <source>The same once more</source>
   <translation>La misma otra vez</translation>
  </message>
  <message>
   <source>The two passphrases are not the same.</source>
   <translation>Las dos frases de paso no son iguales.</translation>
  </message>
  <message>
   <source>{0} is encrypted with a passphrase.</source>
   <translation>{0} está cifrado con una frase de paso.</translation>
  </message>
  <message>
   <source>{0} is not encrypted. Whoever has the file can read it.</source>
   <translation>{0} no está cifrado. Quien tiene el archivo puede leerlo.</translation>
  </message>
 </context>
 <context>
  <name>FileJobs</name>
  <message>
   <source>1 file written.</source>
   <translation>1 archivo escrito.</translation>
  </message>
  <message>
   <source>1 record was not written:</source>
   <translation>1 historia no se escribió:</translation>
  </message>
  <message>
   <source>C-CDA document (XML)</source>
   <translation>Documento C-CDA (XML)</translation>
  </message>
  <message>
   <source>Coding summary to read or print (HTML)</source>
   <translation>Resumen de codificación para leer o imprimir (HTML)</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportar</translation>
  </message>
  <message>
   <source>Export 1 signed record as</source>
   <translation>Exportar 1 historia firmada como</translation>
  </message>
  <message>
   <source>Export into folder</source>
   <translation>Exportar a la carpeta</translation>
  </message>
  <message>
   <source>Export {0} signed records as</source>
   <translation>Exportar {0} historias firmadas como</translation>
  </message>
  <message>
   <source>FHIR R4 document, to be read as a whole</source>
   <translation>Documento FHIR R4, para leer entero</translation>
  </message>
  <message>
   <source>FHIR R4, as a file (collection)</source>
   <translation>FHIR R4, como archivo (collection)</translation>
  </message>
  <message>
   <source>FHIR R4, for a server (transaction)</source>
   <translation>FHIR R4, para un servidor (transaction)</translation>
  </message>
  <message>
   <source>FHIR bulk data, one file for each kind</source>
   <translation>Datos masivos FHIR, un archivo por tipo</translation>
  </message>
  <message>
   <source>Files imported: {0}. Known already: {1}. Could not be read: {2}.</source>
   <translation>Archivos importados: {0}. Ya conocidos: {1}. No se pudieron leer: {2}.</translation>
  </message>
  <message>
   <source>Import a folder of records</source>
   <translation>Importar una carpeta de historias</translation>
  </message>
  <message>
   <source>Import records</source>
   <translation>Importar historias</translation>
  </message>
  <message>
   <source>JSON Lines, one line a record</source>
   <translation>JSON Lines, una línea por registro</translation>
  </message>
  <message>
   <source>Table of codes (CSV)</source>
   <translation>Tabla de códigos (CSV)</translation>
  </message>
  <message>
   <source>Table of codes (Excel)</source>
   <translation>Tabla de códigos (Excel)</translation>
  </message>
  <message>
   <source>Usual files (*.txt *.md *.rtf *.docx *.pdf *.csv *.tsv *.xlsx *.jsonl *.json *.ndjson *.xml *.ccda *.hl7 *.zip);;All files (*)</source>
   <translation>Archivos habituales (*.txt *.md *.rtf *.docx *.pdf *.csv *.tsv *.xlsx *.jsonl *.json *.ndjson *.xml *.ccda *.hl7 *.zip);;Todos los archivos (*)</translation>
  </message>
  <message>
   <source>brat standoff, codes on their words</source>
   <translation>brat standoff, códigos sobre sus palabras</translation>
  </message>
  <message>
   <source>{0} files written.</source>
   <translation>{0} archivos escritos.</translation>
  </message>
  <message>
   <source>{0} records were not written:</source>
   <translation>{0} historias no se escribieron:</translation>
  </message>
 </context>
 <context>
  <name>FirstStart</name>
  <message>
   <source>EHRCoder: first start</source>
   <translation>EHRCoder: primer inicio</translation>
  </message>
 </context>
 <context>
  <name>HistoryView</name>
  <message>
   <source>Added</source>
   <translation>Añadido</translation>
  </message>
  <message>
   <source>Changed</source>
   <translation>Cambiado</translation>
  </message>
  <message>
   <source>Decision</source>
   <translation>Decisión</translation>
  </message>
  <message>
   <source>Differences of two versions</source>
   <translation>Diferencias entre dos versiones</translation>
  </message>
  <message>
   <source>Filter by code, person, reason</source>
   <translation>Filtrar por código, persona, motivo</translation>
  </message>
  <message>
   <source>Filter the history</source>
   <translation>Filtrar el historial</translation>
  </message>
  <message>
   <source>History of decisions</source>
   <translation>Historial de decisiones</translation>
  </message>
  <message>
   <source>Latest first</source>
   <translation>Las últimas primero</translation>
  </message>
  <message>
   <source>Nothing was decided about this record yet.

Every decision will stand here with its time, its coder and its reason.</source>
   <translation>Aún no se ha decidido nada sobre esta historia.

Aquí figurará cada decisión con su hora, su codificador y su motivo.</translation>
  </message>
  <message>
   <source>Oldest first</source>
   <translation>Las más antiguas primero</translation>
  </message>
  <message>
   <source>Order of the history</source>
   <translation>Orden del historial</translation>
  </message>
  <message>
   <source>Removed</source>
   <translation>Quitado</translation>
  </message>
  <message>
   <source>The codes and decisions of both versions are the same.</source>
   <translation>Los códigos y las decisiones de ambas versiones son iguales.</translation>
  </message>
  <message>
   <source>Version to compare with</source>
   <translation>Versión con la que comparar</translation>
  </message>
  <message>
   <source>Version {0} to {1}</source>
   <translation>Versión {0} a {1}</translation>
  </message>
  <message>
   <source>with the present version</source>
   <translation>con la versión actual</translation>
  </message>
  <message>
   <source>with the version before</source>
   <translation>con la versión anterior</translation>
  </message>
  <message>
   <source>with version 0, nothing decided</source>
   <translation>con la versión 0, nada decidido</translation>
  </message>
  <message>
   <source>with version {0}</source>
   <translation>con la versión {0}</translation>
  </message>
 </context>
 <context>
  <name>ImportOptionsPopup</name>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Files: {0}. None of them has columns to be named.</source>
   <translation>Archivos: {0}. Ninguno tiene columnas que nombrar.</translation>
  </message>
  <message>
   <source>First rows of the table; the first line says what each column is</source>
   <translation>Primeras filas de la tabla; la primera línea dice qué es cada columna</translation>
  </message>
  <message>
   <source>Import</source>
   <translation>Importar</translation>
  </message>
  <message>
   <source>Import nothing (Esc)</source>
   <translation>No importar nada (Esc)</translation>
  </message>
  <message>
   <source>Import with options</source>
   <translation>Importar con opciones</translation>
  </message>
  <message>
   <source>Keep the separating line as the first line of the note that follows</source>
   <translation>Conservar la línea separadora como primera línea de la nota que sigue</translation>
  </message>
  <message>
   <source>Remember what was said of these columns, and go on</source>
   <translation>Recordar lo dicho de estas columnas y seguir</translation>
  </message>
  <message>
   <source>Separator between the notes of a file, a regular expression</source>
   <translation>Separador entre las notas de un archivo, una expresión regular</translation>
  </message>
  <message>
   <source>The separating line is the first of its note</source>
   <translation>La línea separadora es la primera de su nota</translation>
  </message>
  <message>
   <source>What the column {0} is</source>
   <translation>Qué es la columna {0}</translation>
  </message>
  <message>
   <source>What this column is; not read: –</source>
   <translation>Qué es esta columna; no se lee: –</translation>
  </message>
  <message>
   <source>birth date or year</source>
   <translation>fecha o año de nacimiento</translation>
  </message>
  <message>
   <source>class of encounter</source>
   <translation>clase de episodio</translation>
  </message>
  <message>
   <source>end of the encounter, date</source>
   <translation>fin del episodio, fecha</translation>
  </message>
  <message>
   <source>hcpcs codes</source>
   <translation>códigos hcpcs</translation>
  </message>
  <message>
   <source>icd10cm codes</source>
   <translation>códigos icd10cm</translation>
  </message>
  <message>
   <source>icd10pcs codes</source>
   <translation>códigos icd10pcs</translation>
  </message>
  <message>
   <source>icd9cm codes</source>
   <translation>códigos icd9cm</translation>
  </message>
  <message>
   <source>is</source>
   <translation>es</translation>
  </message>
  <message>
   <source>lines between the notes of one file, such as ^====$ (empty: one note)</source>
   <translation>líneas entre las notas de un archivo, como ^====$ (vacío: una nota)</translation>
  </message>
  <message>
   <source>patient (pseudonym)</source>
   <translation>paciente (seudónimo)</translation>
  </message>
  <message>
   <source>record or encounter number</source>
   <translation>número de historia o de episodio</translation>
  </message>
  <message>
   <source>snomed codes</source>
   <translation>códigos snomed</translation>
  </message>
  <message>
   <source>start of the encounter, date</source>
   <translation>inicio del episodio, fecha</translation>
  </message>
  <message>
   <source>text of the note</source>
   <translation>texto de la nota</translation>
  </message>
  <message>
   <source>the line belongs to its note</source>
   <translation>la línea pertenece a su nota</translation>
  </message>
  <message>
   <source>title of the note</source>
   <translation>título de la nota</translation>
  </message>
  <message>
   <source>type of note</source>
   <translation>tipo de nota</translation>
  </message>
  <message>
   <source>{0}: {1} rows. Say what each column is; it is remembered for every table with this header.</source>
   <translation>{0}: {1} filas. Diga qué es cada columna; se recordará para toda tabla con esta cabecera.</translation>
  </message>
 </context>
 <context>
  <name>ImportReportPopup</name>
  <message>
   <source>1 new record.</source>
   <translation>1 historia nueva.</translation>
  </message>
  <message>
   <source>= known</source>
   <translation>= conocida</translation>
  </message>
  <message>
   <source>CSV (*.csv)</source>
   <translation>CSV (*.csv)</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close the report (Esc)</source>
   <translation>Cerrar el informe (Esc)</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Archivo</translation>
  </message>
  <message>
   <source>Files imported: {0}. Known already: {1}. Could not be read: {2}.</source>
   <translation>Archivos importados: {0}. Ya conocidos: {1}. No se pudieron leer: {2}.</translation>
  </message>
  <message>
   <source>Files of the import</source>
   <translation>Archivos de la importación</translation>
  </message>
  <message>
   <source>Filter by file, outcome, format or remark</source>
   <translation>Filtrar por archivo, resultado, formato u observación</translation>
  </message>
  <message>
   <source>Filter the files</source>
   <translation>Filtrar los archivos</translation>
  </message>
  <message>
   <source>Format</source>
   <translation>Formato</translation>
  </message>
  <message>
   <source>Import report</source>
   <translation>Informe de importación</translation>
  </message>
  <message>
   <source>Left out or doubtful:</source>
   <translation>Omitido o dudoso:</translation>
  </message>
  <message>
   <source>No file fits the filter.</source>
   <translation>Ningún archivo cumple el filtro.</translation>
  </message>
  <message>
   <source>Nothing to remark.</source>
   <translation>Nada que señalar.</translation>
  </message>
  <message>
   <source>Nothing was imported since the window was opened.</source>
   <translation>No se ha importado nada desde que se abrió la ventana.</translation>
  </message>
  <message>
   <source>Outcome</source>
   <translation>Resultado</translation>
  </message>
  <message>
   <source>Records</source>
   <translation>Historias</translation>
  </message>
  <message>
   <source>Remarks</source>
   <translation>Observaciones</translation>
  </message>
  <message>
   <source>Save as CSV</source>
   <translation>Guardar como CSV</translation>
  </message>
  <message>
   <source>Save as CSV…</source>
   <translation>Guardar como CSV…</translation>
  </message>
  <message>
   <source>Save the import report</source>
   <translation>Guardar el informe de importación</translation>
  </message>
  <message>
   <source>The report is in {0}.</source>
   <translation>El informe está en {0}.</translation>
  </message>
  <message>
   <source>What is known of the chosen file</source>
   <translation>Qué se sabe del archivo elegido</translation>
  </message>
  <message>
   <source>Write every file's outcome and reasons to a table</source>
   <translation>Escribir en una tabla el resultado de cada archivo y sus motivos</translation>
  </message>
  <message>
   <source>{0} new records.</source>
   <translation>{0} historias nuevas.</translation>
  </message>
  <message>
   <source>✓ imported</source>
   <translation>✓ importado</translation>
  </message>
  <message>
   <source>✓ in part</source>
   <translation>✓ en parte</translation>
  </message>
  <message>
   <source>✕ failed</source>
   <translation>✕ fallido</translation>
  </message>
 </context>
 <context>
  <name>KeySheet</name>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close the key sheet (Esc)</source>
   <translation>Cerrar la hoja de teclas (Esc)</translation>
  </message>
  <message>
   <source>Copy all</source>
   <translation>Copiar todo</translation>
  </message>
  <message>
   <source>Copy what is listed, a line for each key</source>
   <translation>Copia lo que se muestra, una línea por tecla</translation>
  </message>
  <message>
   <source>Filter by key or words</source>
   <translation>Filtrar por tecla o palabras</translation>
  </message>
  <message>
   <source>Filter the keys</source>
   <translation>Filtrar las teclas</translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>Teclas</translation>
  </message>
  <message>
   <source>Single letters act only while the suggestions or the note have the focus. Esc comes back to them from anywhere. Enter confirms inside popups only and never signs. Ctrl+Shift+K changes keys.</source>
   <translation>Las letras sueltas solo actúan mientras las sugerencias o la nota tienen el foco. Esc vuelve a ellas desde cualquier sitio. Intro solo confirma en los cuadros y nunca firma. Ctrl+Shift+K cambia las teclas.</translation>
  </message>
  <message>
   <source>Take the ranked alternative with this number</source>
   <translation>Tomar la alternativa con este número</translation>
  </message>
 </context>
 <context>
  <name>LadderPopup</name>
  <message>
   <source>Codes of the ladder</source>
   <translation>Códigos de la escala</translation>
  </message>
  <message>
   <source>How specific can {0} be?</source>
   <translation>¿Cuánto puede concretarse {0}?</translation>
  </message>
  <message>
   <source>Not documented: {0}. </source>
   <translation>No documentado: {0}. </translation>
  </message>
  <message>
   <source>There is no more specific code. </source>
   <translation>No hay un código más específico. </translation>
  </message>
  <message>
   <source>↑ ↓ choose, Enter takes the code, Esc leaves it as it is.</source>
   <translation>↑ ↓ eligen, Intro toma el código, Esc lo deja como está.</translation>
  </message>
 </context>
 <context>
  <name>MainWindow</name>
  <message>
   <source> (read only)</source>
   <translation> (solo lectura)</translation>
  </message>
  <message>
   <source>A filtered list can be accepted at once: Ctrl+L filters, Ctrl+B shows it and asks.</source>
   <translation>Una lista filtrada puede aceptarse de una vez: Ctrl+L filtra, Ctrl+B la muestra y pregunta.</translation>
  </message>
  <message>
   <source>Accepting a list at once is switched off.</source>
   <translation>Aceptar una lista de una vez está desactivado.</translation>
  </message>
  <message>
   <source>Main actions</source>
   <translation>Acciones principales</translation>
  </message>
  <message>
   <source>No other record waits. Ctrl+E exports what is signed.</source>
   <translation>No espera ninguna otra historia. Ctrl+E exporta lo firmado.</translation>
  </message>
  <message>
   <source>Open for reading only</source>
   <translation>Abrir solo para leer</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>Salir</translation>
  </message>
  <message>
   <source>Signed: {0}</source>
   <translation>Firmada: {0}</translation>
  </message>
  <message>
   <source>Signed: {0}. No other record waits; Ctrl+E exports.</source>
   <translation>Firmado: {0}. No espera ningún otro registro; Ctrl+E exporta.</translation>
  </message>
  <message>
   <source>Theme: {0}</source>
   <translation>Tema: {0}</translation>
  </message>
 </context>
 <context>
  <name>MaskingPopup</name>
  <message>
   <source>1 finding. What is marked will be masked.</source>
   <translation>1 hallazgo. Lo marcado se enmascarará.</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Leave the record as it is (Esc)</source>
   <translation>Dejar la historia como está (Esc)</translation>
  </message>
  <message>
   <source>Mask {0} in a new version</source>
   <translation>Enmascarar {0} en una versión nueva</translation>
  </message>
  <message>
   <source>Masked: {0}. The former record is unchanged, under “Originals of masked versions”.</source>
   <translation>Enmascarados: {0}. El registro anterior no ha cambiado; está en «Originales de versiones enmascaradas».</translation>
  </message>
  <message>
   <source>No pattern found anything. Read the text all the same.</source>
   <translation>Ningún patrón encontró nada. Lea el texto de todos modos.</translation>
  </message>
  <message>
   <source>Patterns miss some, and a finding may be none: no record becomes anonymous by this. The masked version takes this record's place in the list; decisions and history stay with this one, under “Originals of masked versions”.</source>
   <translation>Los patrones pasan por alto algunos, y un hallazgo puede no serlo: ningún registro se vuelve anónimo con esto. La versión enmascarada ocupa el lugar de este registro en la lista; las decisiones y el historial quedan con este, en «Originales de versiones enmascaradas».</translation>
  </message>
  <message>
   <source>Possible identifiers in {0}</source>
   <translation>Posibles identificadores en {0}</translation>
  </message>
  <message>
   <source>Possible identifiers; Space chooses whether one is masked</source>
   <translation>Posibles identificadores; Espacio elige si se enmascara</translation>
  </message>
  <message>
   <source>Store a version with masks in place of the marked findings</source>
   <translation>Guardar una versión con máscaras en lugar de los hallazgos marcados</translation>
  </message>
  <message>
   <source>The masked version was there already.</source>
   <translation>La versión enmascarada ya estaba.</translation>
  </message>
  <message>
   <source>{0} findings. What is marked will be masked.</source>
   <translation>{0} hallazgos. Lo marcado se enmascarará.</translation>
  </message>
 </context>
 <context>
  <name>MessagePopup</name>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close this message (Enter or Esc)</source>
   <translation>Cerrar este mensaje (Intro o Esc)</translation>
  </message>
  <message>
   <source>Details</source>
   <translation>Detalles</translation>
  </message>
  <message>
   <source>Message</source>
   <translation>Mensaje</translation>
  </message>
  <message>
   <source>Our mistake</source>
   <translation>Fallo nuestro</translation>
  </message>
  <message>
   <source>This did not work</source>
   <translation>Esto no ha funcionado</translation>
  </message>
 </context>
 <context>
  <name>NotePane</name>
  <message>
   <source>Choose a record at the left: Ctrl+1, then ↑ ↓ and Enter.

Where none is listed yet, Ctrl+O imports notes, tables and FHIR bundles; Help has a tour on a fictional record.</source>
   <translation>Elija una historia a la izquierda: Ctrl+1, luego ↑ ↓ e Intro.

Si aún no hay ninguna, Ctrl+O importa notas, tablas y paquetes FHIR; Ayuda tiene un recorrido por una historia ficticia.</translation>
  </message>
  <message>
   <source>Document</source>
   <translation>Documento</translation>
  </message>
  <message>
   <source>Document of this record</source>
   <translation>Documento de esta historia</translation>
  </message>
  <message>
   <source>Find in note</source>
   <translation>Buscar en la nota</translation>
  </message>
  <message>
   <source>Find in note; Enter goes to the next place, Esc closes</source>
   <translation>Buscar en la nota; Intro va al siguiente lugar, Esc cierra</translation>
  </message>
  <message>
   <source>Flagged{0}. F takes the flag off.</source>
   <translation>Señalada{0}. F quita la señal.</translation>
  </message>
  <message>
   <source>History</source>
   <translation>Historial</translation>
  </message>
  <message>
   <source>History ({0})</source>
   <translation>Historial ({0})</translation>
  </message>
  <message>
   <source>No record is open</source>
   <translation>No hay ninguna historia abierta</translation>
  </message>
  <message>
   <source>Not in this document</source>
   <translation>No está en este documento</translation>
  </message>
  <message>
   <source>Note</source>
   <translation>Nota</translation>
  </message>
  <message>
   <source>Note or history</source>
   <translation>Nota o historial</translation>
  </message>
  <message>
   <source>On hold: {0}. Ctrl+H releases it.</source>
   <translation>En espera: {0}. Ctrl+H la libera.</translation>
  </message>
  <message>
   <source>Record</source>
   <translation>Historia</translation>
  </message>
  <message>
   <source>Sections of the note</source>
   <translation>Apartados de la nota</translation>
  </message>
  <message>
   <source>Signed by {0} on {1}. Ctrl+Shift+A opens it for an amendment.</source>
   <translation>Firmada por {0} el {1}. Ctrl+Shift+A la abre para una enmienda.</translation>
  </message>
  <message>
   <source>This record has no note, so nothing can be proposed for it.

Its codes can be entered with Ctrl+K.</source>
   <translation>Esta historia no tiene nota, así que no puede proponerse nada para ella.

Sus códigos pueden introducirse con Ctrl+K.</translation>
  </message>
  <message>
   <source>{0} of {1}: {2}</source>
   <translation>{0} de {1}: {2}</translation>
  </message>
 </context>
 <context>
  <name>NoteView</name>
  <message>
   <source>Note</source>
   <translation>Nota</translation>
  </message>
 </context>
 <context>
  <name>PartsPage</name>
  <message>
   <source>Choose a language model</source>
   <translation>Elegir un modelo de lenguaje</translation>
  </message>
  <message>
   <source>Choose a model file…</source>
   <translation>Elegir un archivo de modelo…</translation>
  </message>
  <message>
   <source>Copy a GGUF file into the data folder</source>
   <translation>Copiar un archivo GGUF a la carpeta de datos</translation>
  </message>
  <message>
   <source>Copying the model …</source>
   <translation>Copiando el modelo …</translation>
  </message>
  <message>
   <source>Looking for code sets …</source>
   <translation>Buscando conjuntos de códigos …</translation>
  </message>
  <message>
   <source>Looking for the language model …</source>
   <translation>Buscando el modelo de lenguaje …</translation>
  </message>
  <message>
   <source>Models (*.gguf);;All files (*)</source>
   <translation>Modelos (*.gguf);;Todos los archivos (*)</translation>
  </message>
  <message>
   <source>Newer editions and other models can be brought in later, each as a file: File, Settings and Guide say how.</source>
   <translation>Las ediciones nuevas y otros modelos pueden traerse más tarde, cada uno como archivo: el menú Archivo, los Ajustes y la Guía dicen cómo.</translation>
  </message>
  <message>
   <source>What is installed</source>
   <translation>Qué está instalado</translation>
  </message>
  <message>
   <source>✗ No code sets were found. Codes cannot be assigned without them: install the program again.</source>
   <translation>✗ No se han encontrado conjuntos de códigos. Sin ellos no pueden asignarse códigos: instale el programa de nuevo.</translation>
  </message>
  <message>
   <source>✗ No language model is installed. Choose its file (GGUF), or go on: codes are then proposed from the trained lexicon and the code sets alone.</source>
   <translation>✗ No hay ningún modelo de lenguaje instalado. Elija su archivo (GGUF) o siga: los códigos se proponen entonces solo con el léxico entrenado y los conjuntos de códigos.</translation>
  </message>
 </context>
 <context>
  <name>PassphraseDialog</name>
  <message>
   <source>Encrypted workspace</source>
   <translation>Espacio de trabajo cifrado</translation>
  </message>
  <message>
   <source>Keep the key in this system's keyring</source>
   <translation>Guardar la clave en el llavero de este sistema</translation>
  </message>
  <message>
   <source>Passphrase</source>
   <translation>Frase de paso</translation>
  </message>
  <message>
   <source>Then nobody is asked again while you are logged in to this computer</source>
   <translation>Así no se pregunta a nadie mientras tenga la sesión abierta en este equipo</translation>
  </message>
  <message>
   <source>{0} is encrypted.</source>
   <translation>{0} está cifrado.</translation>
  </message>
 </context>
 <context>
  <name>PasswordPopup</name>
  <message>
   <source>A signature says who signed, when, what it means, and the hash of what was signed. Enter signs.</source>
   <translation>Una firma dice quién firmó, cuándo, qué significa, y el hash de lo firmado. Intro firma.</translation>
  </message>
  <message>
   <source>Password</source>
   <translation>Contraseña</translation>
  </message>
 </context>
 <context>
  <name>People</name>
  <message>
   <source>Sign as {0}</source>
   <translation>Firmar como {0}</translation>
  </message>
  <message>
   <source>Signed in: {0}</source>
   <translation>Sesión iniciada: {0}</translation>
  </message>
  <message>
   <source>There are no profiles, so nothing can be locked. Make one in the menu People.</source>
   <translation>No hay perfiles, así que no puede bloquearse nada. Cree uno en el menú Personas.</translation>
  </message>
 </context>
 <context>
  <name>PersonPage</name>
  <message>
   <source>Again</source>
   <translation>Otra vez</translation>
  </message>
  <message>
   <source>Every decision is stored with the name of the person who made it.</source>
   <translation>Cada decisión se guarda con el nombre de la persona que la tomó.</translation>
  </message>
  <message>
   <source>Full name</source>
   <translation>Nombre completo</translation>
  </message>
  <message>
   <source>Give a short name.</source>
   <translation>Indique un nombre corto.</translation>
  </message>
  <message>
   <source>Password</source>
   <translation>Contraseña</translation>
  </message>
  <message>
   <source>Several people share this workspace: I administer it and sign in</source>
   <translation>Varias personas comparten este espacio: yo lo administro e inicio sesión</translation>
  </message>
  <message>
   <source>Short name</source>
   <translation>Nombre corto</translation>
  </message>
  <message>
   <source>The two passwords differ.</source>
   <translation>Las dos contraseñas son distintas.</translation>
  </message>
  <message>
   <source>Who works here</source>
   <translation>Quién trabaja aquí</translation>
  </message>
 </context>
 <context>
  <name>ProcedureBuilder</name>
  <message>
   <source>Assign</source>
   <translation>Asignar</translation>
  </message>
  <message>
   <source>Assign the finished code</source>
   <translation>Asignar el código terminado</translation>
  </message>
  <message>
   <source>Assign the finished code to the open record (Enter)</source>
   <translation>Asignar el código terminado a la historia abierta (Intro)</translation>
  </message>
  <message>
   <source>Build a procedure code</source>
   <translation>Construir un código de procedimiento</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close the builder (Esc)</source>
   <translation>Cerrar el constructor (Esc)</translation>
  </message>
  <message>
   <source>Meanings are read out of the titles; importing the official tables brings their own.</source>
   <translation>Los significados se leen de los títulos; al importar las tablas oficiales vienen los suyos.</translation>
  </message>
  <message>
   <source>Open a record that can be changed to assign codes from here.</source>
   <translation>Abra una historia que pueda cambiarse para asignar códigos desde aquí.</translation>
  </message>
  <message>
   <source>Place {0}: open</source>
   <translation>Lugar {0}: abierto</translation>
  </message>
  <message>
   <source>The code is complete.</source>
   <translation>El código está completo.</translation>
  </message>
  <message>
   <source>Values that can follow</source>
   <translation>Valores que pueden seguir</translation>
  </message>
  <message>
   <source>{0} codes begin like this. ← takes a character back, Esc closes.</source>
   <translation>{0} códigos empiezan así. ← quita un carácter, Esc cierra.</translation>
  </message>
  <message>
   <source>{0}: type a character, or ↑ ↓ and Enter</source>
   <translation>{0}: escriba un carácter, o ↑ ↓ e Intro</translation>
  </message>
 </context>
 <context>
  <name>ProfileForm</name>
  <message>
   <source>Name</source>
   <translation>Nombre</translation>
  </message>
  <message>
   <source>New password</source>
   <translation>Nueva contraseña</translation>
  </message>
  <message>
   <source>Role</source>
   <translation>Función</translation>
  </message>
  <message>
   <source>Short name</source>
   <translation>Nombre corto</translation>
  </message>
  <message>
   <source>The same once more</source>
   <translation>La misma otra vez</translation>
  </message>
  <message>
   <source>The two passwords are not the same.</source>
   <translation>Las dos contraseñas no son iguales.</translation>
  </message>
 </context>
 <context>
  <name>ProfilesDialog</name>
  <message>
   <source>A new profile</source>
   <translation>Un perfil nuevo</translation>
  </message>
  <message>
   <source>Add…</source>
   <translation>Añadir…</translation>
  </message>
  <message>
   <source>Change one's own password, or another's as an administrator</source>
   <translation>Cambiar la contraseña propia, o la de otra persona como administrador</translation>
  </message>
  <message>
   <source>Change the roles</source>
   <translation>Cambiar las funciones</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close (Esc)</source>
   <translation>Cerrar (Esc)</translation>
  </message>
  <message>
   <source>Everybody in this workspace</source>
   <translation>Todas las personas de este espacio de trabajo</translation>
  </message>
  <message>
   <source>Let somebody sign in no longer, or again</source>
   <translation>Dejar de permitir que alguien inicie sesión, o permitirlo de nuevo</translation>
  </message>
  <message>
   <source>Make a profile</source>
   <translation>Crear un perfil</translation>
  </message>
  <message>
   <source>May sign in</source>
   <translation>Puede iniciar sesión</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Nombre</translation>
  </message>
  <message>
   <source>Password of {0}</source>
   <translation>Contraseña de {0}</translation>
  </message>
  <message>
   <source>Password…</source>
   <translation>Contraseña…</translation>
  </message>
  <message>
   <source>People</source>
   <translation>Personas</translation>
  </message>
  <message>
   <source>Roles</source>
   <translation>Funciones</translation>
  </message>
  <message>
   <source>Roles of {0}</source>
   <translation>Funciones de {0}</translation>
  </message>
  <message>
   <source>Roles…</source>
   <translation>Funciones…</translation>
  </message>
  <message>
   <source>Short name</source>
   <translation>Nombre corto</translation>
  </message>
  <message>
   <source>Switch off or on</source>
   <translation>Desactivar o activar</translation>
  </message>
  <message>
   <source>There are no profiles: whoever opens the workspace may change it. The first one must be an administrator's.</source>
   <translation>No hay perfiles: quien abre el espacio de trabajo puede cambiarlo. El primero ha de ser de un administrador.</translation>
  </message>
  <message>
   <source>no</source>
   <translation>no</translation>
  </message>
  <message>
   <source>yes</source>
   <translation>sí</translation>
  </message>
 </context>
 <context>
  <name>Proposals</name>
  <message>
   <source>Another record is being read; this one is next, before 1 that waits.</source>
   <translation>Se está leyendo otro registro; este es el siguiente, antes de 1 que espera.</translation>
  </message>
  <message>
   <source>Another record is being read; this one is next, before {0} that wait.</source>
   <translation>Se está leyendo otro registro; este es el siguiente, antes de {0} que esperan.</translation>
  </message>
  <message>
   <source>Another record is being read; this one is next.</source>
   <translation>Se está leyendo otro registro; este es el siguiente.</translation>
  </message>
  <message>
   <source>Codes are being proposed for this record already.</source>
   <translation>Ya se están proponiendo códigos para este registro.</translation>
  </message>
  <message>
   <source>Codes are being proposed; 1 record waits.</source>
   <translation>Se están proponiendo códigos; 1 registro espera.</translation>
  </message>
  <message>
   <source>Codes are being proposed; {0} records wait.</source>
   <translation>Se están proponiendo códigos; {0} registros esperan.</translation>
  </message>
  <message>
   <source>Every record has proposals already.</source>
   <translation>Todos los registros tienen ya propuestas.</translation>
  </message>
  <message>
   <source>Files are being imported. Codes are proposed as soon as a record is open.</source>
   <translation>Se están importando archivos. Los códigos se proponen en cuanto se abra un registro.</translation>
  </message>
  <message>
   <source>Files are being imported. Codes are proposed for what is there, and for the others once they are in.</source>
   <translation>Se están importando archivos. Se proponen códigos para lo que ya está y para los demás en cuanto entren.</translation>
  </message>
  <message>
   <source>No record is open. Ctrl+O imports some, Ctrl+1 goes to the list.</source>
   <translation>No hay ningún registro abierto. Ctrl+O importa, Ctrl+1 va a la lista.</translation>
  </message>
  <message>
   <source>Proposing codes: {0}</source>
   <translation>Proponiendo códigos: {0}</translation>
  </message>
 </context>
 <context>
  <name>ReasonPopup</name>
  <message>
   <source>Enter confirms, Esc leaves everything as it is.</source>
   <translation>Intro confirma, Esc lo deja todo como está.</translation>
  </message>
  <message>
   <source>Reason</source>
   <translation>Motivo</translation>
  </message>
 </context>
 <context>
  <name>RebindPopup</name>
  <message>
   <source>Action</source>
   <translation>Acción</translation>
  </message>
  <message>
   <source>Actions and their keys</source>
   <translation>Acciones y sus teclas</translation>
  </message>
  <message>
   <source>All as delivered</source>
   <translation>Todo como se entregó</translation>
  </message>
  <message>
   <source>As delivered</source>
   <translation>Como se entregó</translation>
  </message>
  <message>
   <source>Change the keys</source>
   <translation>Cambiar las teclas</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Close (Esc)</source>
   <translation>Cerrar (Esc)</translation>
  </message>
  <message>
   <source>Filter by action or key</source>
   <translation>Filtrar por acción o tecla</translation>
  </message>
  <message>
   <source>Filter the actions</source>
   <translation>Filtrar las acciones</translation>
  </message>
  <message>
   <source>Give every action its own keys again</source>
   <translation>Devolver a cada acción sus teclas</translation>
  </message>
  <message>
   <source>Give the marked action its own keys</source>
   <translation>Devolver sus teclas a la acción marcada</translation>
  </message>
  <message>
   <source>Give the marked action this key</source>
   <translation>Dar esta tecla a la acción marcada</translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>Teclas</translation>
  </message>
  <message>
   <source>Leave the marked action without a key</source>
   <translation>Dejar sin tecla la acción marcada</translation>
  </message>
  <message>
   <source>New key</source>
   <translation>Tecla nueva</translation>
  </message>
  <message>
   <source>No key</source>
   <translation>Sin tecla</translation>
  </message>
  <message>
   <source>Press the new key</source>
   <translation>Pulse la tecla nueva</translation>
  </message>
  <message>
   <source>Take this key</source>
   <translation>Tomar esta tecla</translation>
  </message>
  <message>
   <source>Where</source>
   <translation>Dónde</translation>
  </message>
  <message>
   <source>everywhere</source>
   <translation>en todas partes</translation>
  </message>
  <message>
   <source>history</source>
   <translation>historial</translation>
  </message>
  <message>
   <source>suggestions, note</source>
   <translation>sugerencias, nota</translation>
  </message>
  <message>
   <source>suggestions, note, codes</source>
   <translation>sugerencias, nota, códigos</translation>
  </message>
  <message>
   <source>{0} belongs to “{1}” already. Give that one another key first.</source>
   <translation>{0} ya pertenece a «{1}». Dé antes otra tecla a esa acción.</translation>
  </message>
  <message>
   <source>{0} moves and confirms everywhere; no action can have it.</source>
   <translation>{0} mueve y confirma en todas partes; ninguna acción puede tenerla.</translation>
  </message>
 </context>
 <context>
  <name>RecordListModel</name>
  <message>
   <source> (no longer valid)</source>
   <translation> (ya no válido)</translation>
  </message>
  <message>
   <source>1 code</source>
   <translation>1 código</translation>
  </message>
  <message>
   <source>Codes changed: {0}</source>
   <translation>Códigos cambiados: {0}</translation>
  </message>
  <message>
   <source>Draft</source>
   <translation>Borrador</translation>
  </message>
  <message>
   <source>Flagged</source>
   <translation>Señalada</translation>
  </message>
  <message>
   <source>Flagged: {0}</source>
   <translation>Señalada: {0}</translation>
  </message>
  <message>
   <source>On hold: {0}</source>
   <translation>En espera: {0}</translation>
  </message>
  <message>
   <source>Original of a masked version</source>
   <translation>Original de una versión enmascarada</translation>
  </message>
  <message>
   <source>Ready to sign</source>
   <translation>Lista para firmar</translation>
  </message>
  <message>
   <source>least sure {0}</source>
   <translation>menos segura {0}</translation>
  </message>
  <message>
   <source>no note</source>
   <translation>sin nota</translation>
  </message>
  <message>
   <source>{0} characters</source>
   <translation>{0} caracteres</translation>
  </message>
  <message>
   <source>{0} codes</source>
   <translation>{0} códigos</translation>
  </message>
  <message>
   <source>{0} to decide</source>
   <translation>{0} por decidir</translation>
  </message>
 </context>
 <context>
  <name>RecordPane</name>
  <message>
   <source>All current records</source>
   <translation>Todos los registros vigentes</translation>
  </message>
  <message>
   <source>As imported</source>
   <translation>Como se importaron</translation>
  </message>
  <message>
   <source>By title</source>
   <translation>Por título</translation>
  </message>
  <message>
   <source>Codes changed by an edition</source>
   <translation>Códigos que una edición cambió</translation>
  </message>
  <message>
   <source>Drafts</source>
   <translation>Borradores</translation>
  </message>
  <message>
   <source>Filter by title</source>
   <translation>Filtrar por título</translation>
  </message>
  <message>
   <source>Filter records by title</source>
   <translation>Filtrar historias por título</translation>
  </message>
  <message>
   <source>Flagged</source>
   <translation>Señalada</translation>
  </message>
  <message>
   <source>Least sure first</source>
   <translation>Las menos seguras primero</translation>
  </message>
  <message>
   <source>Longest first</source>
   <translation>Las más largas primero</translation>
  </message>
  <message>
   <source>Most to decide</source>
   <translation>Las que más faltan por decidir</translation>
  </message>
  <message>
   <source>New</source>
   <translation>Nueva</translation>
  </message>
  <message>
   <source>No record fits the filter.

Clear the words, or choose All current records.</source>
   <translation>Ningún registro cumple el filtro.

Borre las palabras o elija Todos los registros vigentes.</translation>
  </message>
  <message>
   <source>No records yet.

Import notes, tables or FHIR bundles with Ctrl+O.</source>
   <translation>Aún no hay historias.

Importe notas, tablas o paquetes FHIR con Ctrl+O.</translation>
  </message>
  <message>
   <source>On hold</source>
   <translation>En espera</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>Abierta</translation>
  </message>
  <message>
   <source>Opening the workspace…</source>
   <translation>Abriendo el espacio de trabajo…</translation>
  </message>
  <message>
   <source>Order of the records</source>
   <translation>Orden de las historias</translation>
  </message>
  <message>
   <source>Originals of masked versions</source>
   <translation>Originales de versiones enmascaradas</translation>
  </message>
  <message>
   <source>Ready to sign</source>
   <translation>Lista para firmar</translation>
  </message>
  <message>
   <source>Records</source>
   <translation>Historias</translation>
  </message>
  <message>
   <source>Signed</source>
   <translation>Firmada</translation>
  </message>
  <message>
   <source>To decide</source>
   <translation>Por decidir</translation>
  </message>
  <message>
   <source>Which records are shown</source>
   <translation>Qué historias se muestran</translation>
  </message>
  <message>
   <source>{0} of {1}</source>
   <translation>{0} de {1}</translation>
  </message>
 </context>
 <context>
  <name>RecordWork</name>
  <message>
   <source>Choose an earlier change in the history first.</source>
   <translation>Elija antes un cambio anterior en el historial.</translation>
  </message>
  <message>
   <source>Comment</source>
   <translation>Comentario</translation>
  </message>
  <message>
   <source>It cannot be signed until Ctrl+H releases it. The queue shows the reason.</source>
   <translation>No puede firmarse hasta que Ctrl+H la libere. La cola muestra el motivo.</translation>
  </message>
  <message>
   <source>No assigned code is selected. Ctrl+4 goes to the assigned codes.</source>
   <translation>No hay ningún código asignado elegido. Ctrl+4 va a los códigos asignados.</translation>
  </message>
  <message>
   <source>No code edit is open.</source>
   <translation>No hay ninguna comprobación pendiente.</translation>
  </message>
  <message>
   <source>On the assigned code {0} {1}</source>
   <translation>Sobre el código asignado {0} {1}</translation>
  </message>
  <message>
   <source>On the record as a whole</source>
   <translation>Sobre la historia en conjunto</translation>
  </message>
  <message>
   <source>On the suggestion {0} {1}</source>
   <translation>Sobre la sugerencia {0} {1}</translation>
  </message>
  <message>
   <source>Only a diagnosis is present on admission or not.</source>
   <translation>Solo un diagnóstico está presente o no al ingreso.</translation>
  </message>
  <message>
   <source>Restore version {0}</source>
   <translation>Restaurar la versión {0}</translation>
  </message>
  <message>
   <source>The codes become what they were then, as a new change. Nothing of the history is lost. Why?</source>
   <translation>Los códigos vuelven a ser los de entonces, como un cambio nuevo. No se pierde nada del historial. ¿Por qué?</translation>
  </message>
  <message>
   <source>There is no code to make more specific. J goes to a suggestion.</source>
   <translation>No hay ningún código que concretar. J va a una sugerencia.</translation>
  </message>
  <message>
   <source>Was {0} present on admission?</source>
   <translation>¿Estaba {0} presente al ingreso?</translation>
  </message>
  <message>
   <source>Why is this record put on hold?</source>
   <translation>¿Por qué se pone en espera esta historia?</translation>
  </message>
  <message>
   <source>Why is {0} removed?</source>
   <translation>¿Por qué se quita {0}?</translation>
  </message>
 </context>
 <context>
  <name>Review</name>
  <message>
   <source>Accepting a list at once is switched off. The View menu switches it on.</source>
   <translation>Aceptar una lista de una vez está desactivado. El menú Ver lo activa.</translation>
  </message>
  <message>
   <source>Accepting {0} raises an error: {1}</source>
   <translation>Aceptar {0} da un error: {1}</translation>
  </message>
  <message>
   <source>Every sentence of this record supports a code.</source>
   <translation>Cada frase de esta historia apoya un código.</translation>
  </message>
  <message>
   <source>Every suggestion of this record is decided. Ctrl+Enter signs.</source>
   <translation>Todas las sugerencias de esta historia están decididas. Ctrl+Intro firma.</translation>
  </message>
  <message>
   <source>Evidence {0} of {1}</source>
   <translation>Prueba {0} de {1}</translation>
  </message>
  <message>
   <source>Filter the suggestions first (Ctrl+L): only a filtered list can be accepted.</source>
   <translation>Filtre antes las sugerencias (Ctrl+L): solo puede aceptarse una lista filtrada.</translation>
  </message>
  <message>
   <source>New code</source>
   <translation>Código nuevo</translation>
  </message>
  <message>
   <source>No supporting words of {0} were on the screen.</source>
   <translation>Ninguna palabra que apoye {0} estaba en pantalla.</translation>
  </message>
  <message>
   <source>No words are selected: a code from the list below stands on the words shown with it, any other on none.</source>
   <translation>No hay palabras seleccionadas: un código de la lista de abajo se apoya en las palabras que lo acompañan; cualquier otro, en ninguna.</translation>
  </message>
  <message>
   <source>Nothing in this list can be accepted at once.</source>
   <translation>Nada de esta lista puede aceptarse de una vez.</translation>
  </message>
  <message>
   <source>Open a record first.</source>
   <translation>Abra antes una historia.</translation>
  </message>
  <message>
   <source>Replace {0} by</source>
   <translation>Sustituir {0} por</translation>
  </message>
  <message>
   <source>Saved: {0}</source>
   <translation>Guardado: {0}</translation>
  </message>
  <message>
   <source>Select the words in the note first (M, or Ctrl+2, then Shift with the arrow keys); Ctrl+K adds a code without words.</source>
   <translation>Seleccione antes las palabras en la nota (M, o Ctrl+2 y luego Mayús con las flechas); Ctrl+K añade un código sin palabras.</translation>
  </message>
  <message>
   <source>Sentence {0} of {1} that supports no code. N codes it.</source>
   <translation>Frase {0} de {1} que no apoya ningún código. N la codifica.</translation>
  </message>
  <message>
   <source>Supported by: “{0}”</source>
   <translation>Apoyado por: «{0}»</translation>
  </message>
  <message>
   <source>There is no suggestion to decide. F5 proposes codes.</source>
   <translation>No hay ninguna sugerencia por decidir. F5 propone códigos.</translation>
  </message>
  <message>
   <source>Why is {0} rejected?</source>
   <translation>¿Por qué se rechaza {0}?</translation>
  </message>
  <message>
   <source>{0} Press A again to accept it all the same.</source>
   <translation>{0} Pulse A otra vez para aceptarlo de todos modos.</translation>
  </message>
  <message>
   <source>{0} has {1} alternatives.</source>
   <translation>{0} tiene {1} alternativas.</translation>
  </message>
  <message>
   <source>{0} is decided already.</source>
   <translation>{0} ya está decidido.</translation>
  </message>
  <message>
   <source>{0} is rejected already.</source>
   <translation>{0} ya está rechazado.</translation>
  </message>
 </context>
 <context>
  <name>RungModel</name>
  <message>
   <source>as it stands</source>
   <translation>tal como está</translation>
  </message>
  <message>
   <source>documented: {0}</source>
   <translation>documentado: {0}</translation>
  </message>
  <message>
   <source>not documented</source>
   <translation>no documentado</translation>
  </message>
  <message>
   <source>partly documented: {0}</source>
   <translation>documentado en parte: {0}</translation>
  </message>
  <message>
   <source>where nothing more is documented</source>
   <translation>donde no hay nada más documentado</translation>
  </message>
 </context>
 <context>
  <name>SearchHitModel</name>
  <message>
   <source>{0} header: choose a more specific code below it</source>
   <translation>{0} categoría: elija debajo un código más específico</translation>
  </message>
 </context>
 <context>
  <name>SettingsPopup</name>
  <message>
   <source>Close</source>
   <translation>Cerrar</translation>
  </message>
  <message>
   <source>Kept in {0}</source>
   <translation>Se guarda en {0}</translation>
  </message>
  <message>
   <source>Leave everything as it is (Esc)</source>
   <translation>Dejarlo todo como está (Esc)</translation>
  </message>
  <message>
   <source>Look for a setting</source>
   <translation>Buscar un ajuste</translation>
  </message>
  <message>
   <source>No setting has these words.</source>
   <translation>Ningún ajuste tiene estas palabras.</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Guardar</translation>
  </message>
  <message>
   <source>Saved.</source>
   <translation>Guardado.</translation>
  </message>
  <message>
   <source>Saved; counts from the next start of the window.</source>
   <translation>Guardado; vale desde el próximo inicio de la ventana.</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>Ajustes</translation>
  </message>
  <message>
   <source>Write the changes (Ctrl+Enter)</source>
   <translation>Escribir los cambios (Ctrl+Intro)</translation>
  </message>
 </context>
 <context>
  <name>ShelfModel</name>
  <message>
   <source>can be assigned</source>
   <translation>puede asignarse</translation>
  </message>
  <message>
   <source>header, opens with Enter</source>
   <translation>categoría, se abre con Intro</translation>
  </message>
 </context>
 <context>
  <name>SignInPopup</name>
  <message>
   <source>Close the window; everything that was decided is saved</source>
   <translation>Cerrar la ventana; todo lo decidido está guardado</translation>
  </message>
  <message>
   <source>Everybody who may sign in to this workspace</source>
   <translation>Todas las personas que pueden iniciar sesión en este espacio de trabajo</translation>
  </message>
  <message>
   <source>Locked</source>
   <translation>Bloqueada</translation>
  </message>
  <message>
   <source>Password</source>
   <translation>Contraseña</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>Salir</translation>
  </message>
  <message>
   <source>Sign in</source>
   <translation>Iniciar sesión</translation>
  </message>
  <message>
   <source>Sign in (Enter)</source>
   <translation>Iniciar sesión (Intro)</translation>
  </message>
  <message>
   <source>Who are you?</source>
   <translation>¿Quién es usted?</translation>
  </message>
  <message>
   <source>Why it did not work</source>
   <translation>Por qué no funcionó</translation>
  </message>
 </context>
 <context>
  <name>SignPopup</name>
  <message>
   <source>Ctrl+Enter signs, Esc goes back. A signed record changes only by an amendment with a reason; this signature stays readable in its history.</source>
   <translation>Ctrl+Intro firma, Esc vuelve. Una historia firmada solo cambia por una enmienda con motivo; esta firma queda legible en su historial.</translation>
  </message>
  <message>
   <source>Not signed: type for each warning why the coding stands all the same.</source>
   <translation>No firmada: escriba para cada aviso por qué la codificación vale de todos modos.</translation>
  </message>
  <message>
   <source>Reason for all of them</source>
   <translation>Motivo para todos</translation>
  </message>
  <message>
   <source>Reason for the other warnings</source>
   <translation>Motivo para los demás avisos</translation>
  </message>
  <message>
   <source>Reason for: {0}</source>
   <translation>Motivo para: {0}</translation>
  </message>
  <message>
   <source>Reason why it stands</source>
   <translation>Motivo por el que vale</translation>
  </message>
  <message>
   <source>Sign {0}</source>
   <translation>Firmar {0}</translation>
  </message>
  <message>
   <source>Warning: {0}</source>
   <translation>Aviso: {0}</translation>
  </message>
  <message>
   <source>What will be signed</source>
   <translation>Qué se firmará</translation>
  </message>
  <message>
   <source>{0} more warnings: {1}</source>
   <translation>{0} avisos más: {1}</translation>
  </message>
  <message>
   <source>{0}, {1}. Meaning of the signature: verified, each code against the record. {2} worked on it.</source>
   <translation>{0}, {1}. Significado de la firma: verificado, cada código contra la historia. {2} de trabajo.</translation>
  </message>
 </context>
 <context>
  <name>Signing</name>
  <message>
   <source>Not signed, 1 suggestion is still to decide: </source>
   <translation>No firmada, 1 sugerencia está por decidir: </translation>
  </message>
  <message>
   <source>Not signed, {0} suggestions are still to decide: </source>
   <translation>No firmada, {0} sugerencias están por decidir: </translation>
  </message>
  <message>
   <source>Not signed. On hold: {0}. Ctrl+H releases it.</source>
   <translation>No firmada. En espera: {0}. Ctrl+H la libera.</translation>
  </message>
  <message>
   <source>Not signed. {0}</source>
   <translation>No firmada. {0}</translation>
  </message>
  <message>
   <source>The former signature stays in the history; sign again when the coding is right.</source>
   <translation>La firma anterior queda en el historial; firme de nuevo cuando la codificación esté bien.</translation>
  </message>
  <message>
   <source>Why is this record amended?</source>
   <translation>¿Por qué se enmienda esta historia?</translation>
  </message>
 </context>
 <context>
  <name>StatusStrip</name>
  <message>
   <source> ({0} of {1})</source>
   <translation> ({0} de {1})</translation>
  </message>
  <message>
   <source>1 further job runs</source>
   <translation>1 tarea más en curso</translation>
  </message>
  <message>
   <source>A record without a date is checked against the newest editions: {0}.</source>
   <translation>Un registro sin fecha se comprueba con las ediciones más recientes: {0}.</translation>
  </message>
  <message>
   <source>Installed:</source>
   <translation>Instaladas:</translation>
  </message>
  <message>
   <source>Language model: looking…</source>
   <translation>Modelo de lenguaje: buscando…</translation>
  </message>
  <message>
   <source>Language model: {0}</source>
   <translation>Modelo de lenguaje: {0}</translation>
  </message>
  <message>
   <source>Progress of the running job</source>
   <translation>Avance del trabajo en curso</translation>
  </message>
  <message>
   <source>Runs on this machine; nothing is sent anywhere.</source>
   <translation>Funciona en este equipo; no se envía nada.</translation>
  </message>
  <message>
   <source>This record is of {0} and is checked against: {1}.</source>
   <translation>Este registro es del {0} y se comprueba con: {1}.</translation>
  </message>
  <message>
   <source>{0}
Suggestions come from the lexicon and the code-set terms alone; everything else works.</source>
   <translation>{0}
Las sugerencias salen solo del léxico y de los términos de los conjuntos de códigos; todo lo demás funciona.</translation>
  </message>
  <message>
   <source>{0} further jobs run</source>
   <translation>{0} tareas más en curso</translation>
  </message>
  <message>
   <source>⚠ Code sets off</source>
   <translation>⚠ Conjuntos de códigos desactivados</translation>
  </message>
  <message>
   <source>⚠ Language model off: {0}</source>
   <translation>⚠ Modelo de lenguaje desactivado: {0}</translation>
  </message>
 </context>
 <context>
  <name>SuggestionDelegate</name>
  <message>
   <source>no supporting words in the note</source>
   <translation>ninguna palabra de apoyo en la nota</translation>
  </message>
 </context>
 <context>
  <name>SuggestionDetail</name>
  <message>
   <source>Current suggestion</source>
   <translation>Sugerencia actual</translation>
  </message>
  <message>
   <source>Error if accepted: {0}</source>
   <translation>Error si se acepta: {0}</translation>
  </message>
  <message>
   <source>Warning if accepted: {0}</source>
   <translation>Aviso si se acepta: {0}</translation>
  </message>
  <message>
   <source>no supporting words</source>
   <translation>sin palabras de apoyo</translation>
  </message>
  <message>
   <source>score {0}</source>
   <translation>puntuación {0}</translation>
  </message>
  <message>
   <source>supported in 1 place</source>
   <translation>apoyado en 1 lugar</translation>
  </message>
  <message>
   <source>supported in {0} places (Space)</source>
   <translation>apoyado en {0} lugares (Espacio)</translation>
  </message>
 </context>
 <context>
  <name>SuggestionModel</name>
  <message>
   <source>error if accepted</source>
   <translation>error si se acepta</translation>
  </message>
  <message>
   <source>none</source>
   <translation>ninguna</translation>
  </message>
  <message>
   <source>{0}, {1} {2}, {3}, confidence {4}, quote: {5}</source>
   <translation>{0}, {1} {2}, {3}, confianza {4}, cita: {5}</translation>
  </message>
 </context>
 <context>
  <name>SuggestionTray</name>
  <message>
   <source>90 % and more</source>
   <translation>90 % y más</translation>
  </message>
  <message>
   <source>All</source>
   <translation>Todas</translation>
  </message>
  <message>
   <source>As in the note</source>
   <translation>Como en la nota</translation>
  </message>
  <message>
   <source>By code</source>
   <translation>Por código</translation>
  </message>
  <message>
   <source>By rank</source>
   <translation>Por rango</translation>
  </message>
  <message>
   <source>Code or words</source>
   <translation>Código o palabras</translation>
  </message>
  <message>
   <source>Commented</source>
   <translation>Comentadas</translation>
  </message>
  <message>
   <source>Diagnoses</source>
   <translation>Diagnósticos</translation>
  </message>
  <message>
   <source>Filter suggestions by code or words</source>
   <translation>Filtrar sugerencias por código o palabras</translation>
  </message>
  <message>
   <source>Least sure first</source>
   <translation>Las menos seguras primero</translation>
  </message>
  <message>
   <source>No suggestion fits the filter.

Ctrl+L takes it off.</source>
   <translation>Ninguna sugerencia encaja con el filtro.

Ctrl+L lo quita.</translation>
  </message>
  <message>
   <source>Nothing was proposed for this record yet.

F5 proposes codes.</source>
   <translation>Aún no se ha propuesto nada para esta historia.

F5 propone códigos.</translation>
  </message>
  <message>
   <source>Order of the suggestions</source>
   <translation>Orden de las sugerencias</translation>
  </message>
  <message>
   <source>Outcomes</source>
   <translation>Resultados</translation>
  </message>
  <message>
   <source>Procedures</source>
   <translation>Procedimientos</translation>
  </message>
  <message>
   <source>Suggestions</source>
   <translation>Sugerencias</translation>
  </message>
  <message>
   <source>Suggestions of the open record appear here.</source>
   <translation>Aquí aparecen las sugerencias de la historia abierta.</translation>
  </message>
  <message>
   <source>Surest first</source>
   <translation>Las más seguras primero</translation>
  </message>
  <message>
   <source>The engine is reading this note.

Its codes will be listed here.</source>
   <translation>El motor está leyendo esta nota.

Sus códigos aparecerán aquí.</translation>
  </message>
  <message>
   <source>The engine proposes no code for this record.

Codes can be entered with N (selected words) or Ctrl+K.</source>
   <translation>El motor no propone ningún código para esta historia.

Los códigos pueden introducirse con N (palabras seleccionadas) o Ctrl+K.</translation>
  </message>
  <message>
   <source>This record has no note to propose codes from.</source>
   <translation>Esta historia no tiene nota de la que proponer códigos.</translation>
  </message>
  <message>
   <source>To decide</source>
   <translation>Por decidir</translation>
  </message>
  <message>
   <source>Which suggestions are listed</source>
   <translation>Qué sugerencias figuran</translation>
  </message>
  <message>
   <source>With code edits</source>
   <translation>Con comprobaciones</translation>
  </message>
  <message>
   <source>all decided</source>
   <translation>todo decidido</translation>
  </message>
  <message>
   <source>{0} of {1} listed  ·  {2}</source>
   <translation>{0} de {1} en la lista  ·  {2}</translation>
  </message>
  <message>
   <source>{0} to decide</source>
   <translation>{0} por decidir</translation>
  </message>
 </context>
 <context>
  <name>TimelineDelegate</name>
  <message>
   <source>taken back</source>
   <translation>retirado</translation>
  </message>
 </context>
 <context>
  <name>Tour</name>
  <message>
   <source>1. Let codes be proposed</source>
   <translation>1. Deje que se propongan códigos</translation>
  </message>
  <message>
   <source>2. Look at the evidence</source>
   <translation>2. Mire la prueba</translation>
  </message>
  <message>
   <source>3. Decide</source>
   <translation>3. Decida</translation>
  </message>
  <message>
   <source>4. Set the principal diagnosis</source>
   <translation>4. Fije el diagnóstico principal</translation>
  </message>
  <message>
   <source>5. Sign</source>
   <translation>5. Firme</translation>
  </message>
  <message>
   <source>A accepts. X and a digit reject with a reason. 1 to 9 take an alternative, R searches for another code, E shows more specific ones. Ctrl+Z takes anything back. Press A or X.</source>
   <translation>A acepta. X y una cifra rechazan con un motivo. 1 a 9 toman una alternativa, R busca otro código, E muestra los más específicos. Ctrl+Z deshace cualquier cosa. Pulse A o X.</translation>
  </message>
  <message>
   <source>Decide what is left: G goes to the next. Then Ctrl+Enter shows what you sign, and Ctrl+Enter once more signs it. Ctrl+E exports what is signed. ? shows every key.</source>
   <translation>Decida lo que queda: G va a la siguiente. Después Ctrl+Intro muestra lo que firma, y Ctrl+Intro otra vez lo firma. Ctrl+E exporta lo firmado. ? muestra todas las teclas.</translation>
  </message>
  <message>
   <source>Done</source>
   <translation>Hecho</translation>
  </message>
  <message>
   <source>End the tour</source>
   <translation>Terminar el recorrido</translation>
  </message>
  <message>
   <source>Five steps from a note to signed codes</source>
   <translation>Cinco pasos de una nota a códigos firmados</translation>
  </message>
  <message>
   <source>Go to the diagnosis that was chiefly responsible for the stay and press P; O says whether it was present on admission. V walks the code edits below. Press P once a diagnosis is accepted.</source>
   <translation>Vaya al diagnóstico que fue el motivo principal de la estancia y pulse P; O dice si estaba presente al ingreso. V recorre las comprobaciones de abajo. Pulse P cuando haya un diagnóstico aceptado.</translation>
  </message>
  <message>
   <source>J and K go through the suggestions; the note shows the words that support each. Space shows further places. Moving never accepts anything. Press J.</source>
   <translation>J y K recorren las sugerencias; la nota muestra las palabras que apoyan cada una. Espacio muestra más lugares. Moverse nunca acepta nada. Pulse J.</translation>
  </message>
  <message>
   <source>Next step</source>
   <translation>Paso siguiente</translation>
  </message>
  <message>
   <source>Not now</source>
   <translation>Ahora no</translation>
  </message>
  <message>
   <source>Press F5. The engine reads the note on this machine and lists codes at the right, each with its words in the note. Nothing is ticked: a code counts only once you decide.</source>
   <translation>Pulse F5. El motor lee la nota en este equipo y lista códigos a la derecha, cada uno con sus palabras en la nota. Nada está marcado: un código solo cuenta cuando usted decide.</translation>
  </message>
  <message>
   <source>Signed</source>
   <translation>Firmado</translation>
  </message>
  <message>
   <source>Step {0} of {1}</source>
   <translation>Paso {0} de {1}</translation>
  </message>
  <message>
   <source>Take the tour</source>
   <translation>Hacer el recorrido</translation>
  </message>
  <message>
   <source>That was the way from a note to signed codes. Ctrl+E writes what is signed into a folder, as FHIR or in another form. Ctrl+O brings in your own records.</source>
   <translation>Ese fue el camino de una nota a códigos firmados. Ctrl+E escribe lo firmado en una carpeta, como FHIR o en otra forma. Ctrl+O trae sus propios registros.</translation>
  </message>
  <message>
   <source>The engine is reading the note; this step begins by itself once its codes are listed at the right. The first record takes longest, since the language model is loaded for it. The bar at the bottom runs meanwhile; Esc stops it.</source>
   <translation>El motor está leyendo la nota; este paso empieza solo cuando sus códigos aparezcan a la derecha. El primer registro es el que más tarda, porque se carga el modelo de lenguaje. Mientras tanto avanza la barra de abajo; Esc la detiene.</translation>
  </message>
  <message>
   <source>The engine proposes no code for this record. Ctrl+PgDown opens the next one, F5 reads it.</source>
   <translation>El motor no propone ningún código para este registro. Ctrl+AvPág abre el siguiente, F5 lo lee.</translation>
  </message>
  <message>
   <source>The tour shows the keys {0}; two minutes. F2 takes it, now or later; Esc puts this away. Nothing is sent anywhere.</source>
   <translation>El recorrido muestra las teclas {0}; dos minutos. F2 lo hace, ahora o más tarde; Esc lo aparta. No se envía nada.</translation>
  </message>
  <message>
   <source>Tour</source>
   <translation>Recorrido</translation>
  </message>
  <message>
   <source>on a fictional demo record</source>
   <translation>en una historia ficticia de muestra</translation>
  </message>
  <message>
   <source>on the open record</source>
   <translation>en la historia abierta</translation>
  </message>
 </context>
 <context>
  <name>Trail</name>
  <message>
   <source>Progress and last decisions</source>
   <translation>Avance y últimas decisiones</translation>
  </message>
  <message>
   <source>Time worked on this record; pauses of more than a minute are not counted</source>
   <translation>Tiempo de trabajo en esta historia; las pausas de más de un minuto no cuentan</translation>
  </message>
  <message>
   <source>{0} of {1} decided</source>
   <translation>{0} de {1} decididas</translation>
  </message>
  <message>
   <source>{0} of {1} records signed</source>
   <translation>{0} de {1} historias firmadas</translation>
  </message>
  <message>
   <source>{0} worked</source>
   <translation>{0} de trabajo</translation>
  </message>
 </context>
 <context>
  <name>TypeAhead</name>
  <message>
   <source>1 key pressed after it was not carried out.</source>
   <translation>1 tecla pulsada después no se ejecutó.</translation>
  </message>
  <message>
   <source>Saving… Your keys wait until it is done. Esc twice drops them.</source>
   <translation>Guardando… Sus teclas esperan hasta que termine. Esc dos veces las descarta.</translation>
  </message>
  <message>
   <source>{0} keys pressed after it were not carried out.</source>
   <translation>{0} teclas pulsadas después no se ejecutaron.</translation>
  </message>
 </context>
 <context>
  <name>WelcomePage</name>
  <message>
   <source>EHRCoder turns health records into diagnosis, treatment and outcome codes. A language model on this machine proposes; you verify each code. Nothing is sent anywhere.</source>
   <translation>EHRCoder convierte historias clínicas en códigos de diagnóstico, tratamiento y resultado. Un modelo de lenguaje en este equipo propone; usted verifica cada código. No se envía nada.</translation>
  </message>
  <message>
   <source>Four short pages. Enter goes on, Tab goes to the next field.</source>
   <translation>Cuatro páginas breves. Intro sigue adelante, Tab va al campo siguiente.</translation>
  </message>
  <message>
   <source>It is decision support, not a medical device. Work on anonymised records: it does not anonymise them for you.</source>
   <translation>Es un apoyo a la decisión, no un producto sanitario. Trabaje con historias anonimizadas: el programa no las anonimiza por usted.</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>Idioma</translation>
  </message>
  <message>
   <source>Welcome</source>
   <translation>Bienvenida</translation>
  </message>
 </context>
 <context>
  <name>WorkspacePage</name>
  <message>
   <source>Again</source>
   <translation>Otra vez</translation>
  </message>
  <message>
   <source>Browse…</source>
   <translation>Examinar…</translation>
  </message>
  <message>
   <source>Encrypt it with a passphrase</source>
   <translation>Cifrarlo con una frase de paso</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Archivo</translation>
  </message>
  <message>
   <source>Give a passphrase.</source>
   <translation>Indique una frase de paso.</translation>
  </message>
  <message>
   <source>Name a file.</source>
   <translation>Indique un archivo.</translation>
  </message>
  <message>
   <source>Nobody can read an encrypted workspace without its passphrase, and nobody can recover it. Keep it where your site keeps such things. Without encryption, keep the file on an encrypted disk.</source>
   <translation>Nadie puede leer un espacio de trabajo cifrado sin su frase de paso, y nadie puede recuperarla. Guárdela donde su centro guarda estas cosas. Sin cifrado, tenga el archivo en un disco cifrado.</translation>
  </message>
  <message>
   <source>Passphrase</source>
   <translation>Frase de paso</translation>
  </message>
  <message>
   <source>Records, codes and the history of every decision lie in one file, the workspace.</source>
   <translation>Las historias, los códigos y el historial de cada decisión están en un solo archivo, el espacio de trabajo.</translation>
  </message>
  <message>
   <source>That file is there already. Choose another name.</source>
   <translation>Ese archivo ya existe. Elija otro nombre.</translation>
  </message>
  <message>
   <source>The two passphrases differ.</source>
   <translation>Las dos frases de paso son distintas.</translation>
  </message>
  <message>
   <source>Where the workspace lies</source>
   <translation>Dónde está el espacio de trabajo</translation>
  </message>
  <message>
   <source>Workspace</source>
   <translation>Espacio de trabajo</translation>
  </message>
  <message>
   <source>Workspaces (*.ehrw)</source>
   <translation>Espacios de trabajo (*.ehrw)</translation>
  </message>
 </context>
 <context>
  <name>WorkspaceSession</name>
  <message>
   <source>Cancelled. What was saved before is kept.</source>
   <translation>Cancelado. Lo guardado antes se conserva.</translation>
  </message>
  <message>
   <source>Codes are proposed for this record.</source>
   <translation>Se proponen códigos para esta historia.</translation>
  </message>
  <message>
   <source>Codes are proposed for {0} records.</source>
   <translation>Se proponen códigos para {0} historias.</translation>
  </message>
  <message>
   <source>Exporting {0}</source>
   <translation>Exportando {0}</translation>
  </message>
  <message>
   <source>Importing {0}</source>
   <translation>Importando {0}</translation>
  </message>
  <message>
   <source>Run `ehrcoder audit verify`. If an older copy was put back on purpose: `ehrcoder audit accept`.</source>
   <translation>Ejecute `ehrcoder audit verify`. Si se repuso a propósito una copia anterior: `ehrcoder audit accept`.</translation>
  </message>
  <message>
   <source>The workspace was opened as it is.</source>
   <translation>El espacio de trabajo se abrió tal como está.</translation>
  </message>
 </context>
 <context>
  <name>actions</name>
  <message>
   <source>About EHRCoder</source>
   <translation>Acerca de EHRCoder</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>Aceptar</translation>
  </message>
  <message>
   <source>Accept all that are listed…</source>
   <translation>Aceptar todas las de la lista…</translation>
  </message>
  <message>
   <source>Accept every suggestion of a filtered list in one step; switched on in the settings</source>
   <translation>Aceptar en un paso cada sugerencia de una lista filtrada; se activa en los ajustes</translation>
  </message>
  <message>
   <source>Allow accepting a filtered list at once</source>
   <translation>Permitir aceptar una lista filtrada de una vez</translation>
  </message>
  <message>
   <source>Amend the signed record…</source>
   <translation>Enmendar la historia firmada…</translation>
  </message>
  <message>
   <source>Assign a code that was not suggested, supported by the words selected in the note</source>
   <translation>Asignar un código que no se sugirió, apoyado por las palabras seleccionadas en la nota</translation>
  </message>
  <message>
   <source>Assign alternative {0} in place of the suggestion</source>
   <translation>Asignar la alternativa {0} en lugar de la sugerencia</translation>
  </message>
  <message>
   <source>Assign this code and go to the next undecided suggestion</source>
   <translation>Asignar este código e ir a la siguiente sugerencia por decidir</translation>
  </message>
  <message>
   <source>Assigned codes</source>
   <translation>Códigos asignados</translation>
  </message>
  <message>
   <source>Back to the suggestions</source>
   <translation>Volver a las sugerencias</translation>
  </message>
  <message>
   <source>Bring every readable file of a folder into this workspace</source>
   <translation>Traer a este espacio de trabajo cada archivo legible de una carpeta</translation>
  </message>
  <message>
   <source>Bring notes, tables, FHIR bundles or corpora into this workspace</source>
   <translation>Traer notas, tablas, paquetes FHIR o corpus a este espacio de trabajo</translation>
  </message>
  <message>
   <source>Bring the codes back to that version, as a new change</source>
   <translation>Devolver los códigos a esa versión, como un cambio nuevo</translation>
  </message>
  <message>
   <source>Browse codes…</source>
   <translation>Explorar códigos…</translation>
  </message>
  <message>
   <source>Build a procedure code…</source>
   <translation>Construir un código de procedimiento…</translation>
  </message>
  <message>
   <source>Campaign…</source>
   <translation>Campaña…</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Cancel the running job</source>
   <translation>Cancelar el trabajo en curso</translation>
  </message>
  <message>
   <source>Change the keys…</source>
   <translation>Cambiar las teclas…</translation>
  </message>
  <message>
   <source>Changed codes stay as they are…</source>
   <translation>Los códigos cambiados se quedan como están…</translation>
  </message>
  <message>
   <source>Choose a language model…</source>
   <translation>Elegir un modelo de lenguaje…</translation>
  </message>
  <message>
   <source>Choose which suggestions are listed</source>
   <translation>Elegir qué sugerencias figuran</translation>
  </message>
  <message>
   <source>Close the window</source>
   <translation>Cerrar la ventana</translation>
  </message>
  <message>
   <source>Close what is open, else go to the suggestions, else cancel the running job</source>
   <translation>Cerrar lo que esté abierto, si no ir a las sugerencias, si no cancelar el trabajo en curso</translation>
  </message>
  <message>
   <source>Code sets…</source>
   <translation>Conjuntos de códigos…</translation>
  </message>
  <message>
   <source>Codes that an edition changed…</source>
   <translation>Códigos que una edición cambió…</translation>
  </message>
  <message>
   <source>Comment…</source>
   <translation>Comentario…</translation>
  </message>
  <message>
   <source>Compare</source>
   <translation>Comparar</translation>
  </message>
  <message>
   <source>Compare with the version before</source>
   <translation>Comparar con la versión anterior</translation>
  </message>
  <message>
   <source>Complete an ICD-10-PCS code from the values that exist, one character after the other</source>
   <translation>Completar un código ICD-10-PCS con los valores que existen, un carácter tras otro</translation>
  </message>
  <message>
   <source>Copy a model file into the data folder and let it propose</source>
   <translation>Copiar un archivo de modelo a la carpeta de datos y dejar que proponga</translation>
  </message>
  <message>
   <source>Cover the window until somebody signs in</source>
   <translation>Cubrir la ventana hasta que alguien inicie sesión</translation>
  </message>
  <message>
   <source>Do the last undone decision again</source>
   <translation>Volver a hacer la última decisión deshecha</translation>
  </message>
  <message>
   <source>Down</source>
   <translation>Bajar</translation>
  </message>
  <message>
   <source>Draft</source>
   <translation>Borrador</translation>
  </message>
  <message>
   <source>Encrypt the workspace with a passphrase, change it, or take it away</source>
   <translation>Cifrar el espacio de trabajo con una frase de paso, cambiarla o quitarla</translation>
  </message>
  <message>
   <source>Encryption…</source>
   <translation>Cifrado…</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportar</translation>
  </message>
  <message>
   <source>Export signed records…</source>
   <translation>Exportar historias firmadas…</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Archivo</translation>
  </message>
  <message>
   <source>Filter the assigned codes</source>
   <translation>Filtrar los códigos asignados</translation>
  </message>
  <message>
   <source>Filter the records</source>
   <translation>Filtrar las historias</translation>
  </message>
  <message>
   <source>Filter the suggestions</source>
   <translation>Filtrar las sugerencias</translation>
  </message>
  <message>
   <source>Find a code by number or words and assign it</source>
   <translation>Buscar un código por número o palabras y asignarlo</translation>
  </message>
  <message>
   <source>Find in note</source>
   <translation>Buscar en la nota</translation>
  </message>
  <message>
   <source>Find next</source>
   <translation>Buscar siguiente</translation>
  </message>
  <message>
   <source>Find words in the note</source>
   <translation>Buscar palabras en la nota</translation>
  </message>
  <message>
   <source>Flag</source>
   <translation>Señalar</translation>
  </message>
  <message>
   <source>Flag this record for a second look; the queue can show the flagged ones</source>
   <translation>Señalar esta historia para una segunda mirada; la cola puede mostrar las señaladas</translation>
  </message>
  <message>
   <source>Flag, or take the flag off</source>
   <translation>Señalar o quitar la señal</translation>
  </message>
  <message>
   <source>Give actions other keys; keys that clash are named</source>
   <translation>Dar otras teclas a las acciones; se nombran las teclas que chocan</translation>
  </message>
  <message>
   <source>Give the note more room, or bring the records back</source>
   <translation>Dar más sitio a la nota o recuperar las historias</translation>
  </message>
  <message>
   <source>Go to the assigned codes</source>
   <translation>Ir a los códigos asignados</translation>
  </message>
  <message>
   <source>Go to the next code edit and to the code that it is about</source>
   <translation>Ir a la siguiente comprobación y al código del que trata</translation>
  </message>
  <message>
   <source>Go to the next place of the words sought</source>
   <translation>Ir al siguiente lugar de las palabras buscadas</translation>
  </message>
  <message>
   <source>Go to the next suggestion and show its evidence (also ↓ in the tray)</source>
   <translation>Ir a la siguiente sugerencia y mostrar su prueba (también ↓ en la bandeja)</translation>
  </message>
  <message>
   <source>Go to the next suggestion without a decision</source>
   <translation>Ir a la siguiente sugerencia sin decisión</translation>
  </message>
  <message>
   <source>Go to the note</source>
   <translation>Ir a la nota</translation>
  </message>
  <message>
   <source>Go to the previous code edit</source>
   <translation>Ir a la comprobación anterior</translation>
  </message>
  <message>
   <source>Go to the previous suggestion (also ↑ in the tray)</source>
   <translation>Ir a la sugerencia anterior (también ↑ en la bandeja)</translation>
  </message>
  <message>
   <source>Go to the records</source>
   <translation>Ir a las historias</translation>
  </message>
  <message>
   <source>Go to the suggestions</source>
   <translation>Ir a las sugerencias</translation>
  </message>
  <message>
   <source>Guide</source>
   <translation>Guía</translation>
  </message>
  <message>
   <source>Help</source>
   <translation>Ayuda</translation>
  </message>
  <message>
   <source>Hold</source>
   <translation>En espera</translation>
  </message>
  <message>
   <source>Hold with a reason, or release…</source>
   <translation>Poner en espera con un motivo, o liberar…</translation>
  </message>
  <message>
   <source>Import</source>
   <translation>Importar</translation>
  </message>
  <message>
   <source>Import files…</source>
   <translation>Importar archivos…</translation>
  </message>
  <message>
   <source>Import folder…</source>
   <translation>Importar carpeta…</translation>
  </message>
  <message>
   <source>Import with options…</source>
   <translation>Importar con opciones…</translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>Teclas</translation>
  </message>
  <message>
   <source>Larger text</source>
   <translation>Texto más grande</translation>
  </message>
  <message>
   <source>Leave this record as it is and open the next</source>
   <translation>Dejar esta historia como está y abrir la siguiente</translation>
  </message>
  <message>
   <source>Leave words on the current suggestion or code; typing accepts nothing</source>
   <translation>Dejar palabras en la sugerencia o el código actual; escribir no acepta nada</translation>
  </message>
  <message>
   <source>Let the engine propose codes; nothing is accepted by it</source>
   <translation>Dejar que el motor proponga códigos; con ello no se acepta nada</translation>
  </message>
  <message>
   <source>Licences</source>
   <translation>Licencias</translation>
  </message>
  <message>
   <source>Lock</source>
   <translation>Bloquear</translation>
  </message>
  <message>
   <source>Look at the summary, then sign; Enter alone never signs</source>
   <translation>Ver el resumen y luego firmar; Intro solo nunca firma</translation>
  </message>
  <message>
   <source>Look for a setting and change it</source>
   <translation>Buscar un ajuste y cambiarlo</translation>
  </message>
  <message>
   <source>Make all text larger</source>
   <translation>Hacer más grande todo el texto</translation>
  </message>
  <message>
   <source>Make all text smaller</source>
   <translation>Hacer más pequeño todo el texto</translation>
  </message>
  <message>
   <source>Make principal diagnosis</source>
   <translation>Hacer diagnóstico principal</translation>
  </message>
  <message>
   <source>Make this diagnosis the principal one</source>
   <translation>Hacer de este diagnóstico el principal</translation>
  </message>
  <message>
   <source>Move code down</source>
   <translation>Bajar el código</translation>
  </message>
  <message>
   <source>Move code up</source>
   <translation>Subir el código</translation>
  </message>
  <message>
   <source>Move this code down in the sequence</source>
   <translation>Bajar este código en el orden</translation>
  </message>
  <message>
   <source>Move this code up in the sequence</source>
   <translation>Subir este código en el orden</translation>
  </message>
  <message>
   <source>New code</source>
   <translation>Código nuevo</translation>
  </message>
  <message>
   <source>New code from selected words…</source>
   <translation>Código nuevo con las palabras seleccionadas…</translation>
  </message>
  <message>
   <source>Next code edit</source>
   <translation>Comprobación siguiente</translation>
  </message>
  <message>
   <source>Next evidence of this suggestion</source>
   <translation>Siguiente prueba de esta sugerencia</translation>
  </message>
  <message>
   <source>Next record of the campaign</source>
   <translation>Siguiente historia de la campaña</translation>
  </message>
  <message>
   <source>Next record that is not signed</source>
   <translation>Siguiente historia sin firmar</translation>
  </message>
  <message>
   <source>Next sentence that supports no code</source>
   <translation>Siguiente frase que no apoya ningún código</translation>
  </message>
  <message>
   <source>Next suggestion</source>
   <translation>Sugerencia siguiente</translation>
  </message>
  <message>
   <source>Next theme</source>
   <translation>Tema siguiente</translation>
  </message>
  <message>
   <source>Next undecided suggestion</source>
   <translation>Siguiente sugerencia por decidir</translation>
  </message>
  <message>
   <source>Off unless you switch it on; a list must be filtered, is shown, and is one step to undo</source>
   <translation>Desactivado mientras usted no lo active; la lista ha de estar filtrada, se muestra y se deshace en un paso</translation>
  </message>
  <message>
   <source>Offline report…</source>
   <translation>Informe sin conexión…</translation>
  </message>
  <message>
   <source>Open a signed record again, with a reason</source>
   <translation>Volver a abrir una historia firmada, con un motivo</translation>
  </message>
  <message>
   <source>Open the guide in the browser; it lies on this machine</source>
   <translation>Abrir la guía en el navegador; está en este equipo</translation>
  </message>
  <message>
   <source>Open what this coder does next, and note the time</source>
   <translation>Abrir lo que este codificador hace a continuación, y anotar la hora</translation>
  </message>
  <message>
   <source>POA</source>
   <translation>POA</translation>
  </message>
  <message>
   <source>People</source>
   <translation>Personas</translation>
  </message>
  <message>
   <source>People and roles…</source>
   <translation>Personas y funciones…</translation>
  </message>
  <message>
   <source>Possible identifiers…</source>
   <translation>Posibles identificadores…</translation>
  </message>
  <message>
   <source>Present on admission…</source>
   <translation>Presente al ingreso…</translation>
  </message>
  <message>
   <source>Previous code edit</source>
   <translation>Comprobación anterior</translation>
  </message>
  <message>
   <source>Previous evidence of this suggestion</source>
   <translation>Prueba anterior de esta sugerencia</translation>
  </message>
  <message>
   <source>Previous sentence that supports no code</source>
   <translation>Frase anterior que no apoya ningún código</translation>
  </message>
  <message>
   <source>Previous suggestion</source>
   <translation>Sugerencia anterior</translation>
  </message>
  <message>
   <source>Principal</source>
   <translation>Principal</translation>
  </message>
  <message>
   <source>Propose codes</source>
   <translation>Proponer códigos</translation>
  </message>
  <message>
   <source>Propose codes for all new records</source>
   <translation>Proponer códigos para todas las historias nuevas</translation>
  </message>
  <message>
   <source>Propose codes for this record</source>
   <translation>Proponer códigos para esta historia</translation>
  </message>
  <message>
   <source>Put the focus on the assigned codes</source>
   <translation>Poner el foco en los códigos asignados</translation>
  </message>
  <message>
   <source>Put the focus on the list of records</source>
   <translation>Poner el foco en la lista de historias</translation>
  </message>
  <message>
   <source>Put the focus on the note</source>
   <translation>Poner el foco en la nota</translation>
  </message>
  <message>
   <source>Put the focus on the suggestions</source>
   <translation>Poner el foco en las sugerencias</translation>
  </message>
  <message>
   <source>Put this record aside as a draft; every decision is stored already</source>
   <translation>Apartar esta historia como borrador; cada decisión ya está guardada</translation>
  </message>
  <message>
   <source>Put this record on hold until something is cleared; it cannot be signed meanwhile</source>
   <translation>Poner esta historia en espera hasta aclarar algo; entretanto no puede firmarse</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>Salir</translation>
  </message>
  <message>
   <source>Record</source>
   <translation>Historia</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Rehacer</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Rechazar</translation>
  </message>
  <message>
   <source>Reject this suggestion; then 1 to 7 says why</source>
   <translation>Rechazar esta sugerencia; después 1 a 7 dice por qué</translation>
  </message>
  <message>
   <source>Reject with a reason…</source>
   <translation>Rechazar con un motivo…</translation>
  </message>
  <message>
   <source>Remove</source>
   <translation>Quitar</translation>
  </message>
  <message>
   <source>Remove code…</source>
   <translation>Quitar el código…</translation>
  </message>
  <message>
   <source>Replace</source>
   <translation>Sustituir</translation>
  </message>
  <message>
   <source>Replace by another code…</source>
   <translation>Sustituir por otro código…</translation>
  </message>
  <message>
   <source>Report of the last import…</source>
   <translation>Informe de la última importación…</translation>
  </message>
  <message>
   <source>Restore</source>
   <translation>Restaurar</translation>
  </message>
  <message>
   <source>Restore the version chosen in the history…</source>
   <translation>Restaurar la versión elegida en el historial…</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>Revisión</translation>
  </message>
  <message>
   <source>Run the whole job on demo notes while its sockets are watched for, and say what was seen</source>
   <translation>Hacer todo el trabajo con notas de muestra mientras se vigilan sus sockets, y decir qué se vio</translation>
  </message>
  <message>
   <source>Sample, label, verify and review thousands of records; every figure leads to its records</source>
   <translation>Muestrear, etiquetar, verificar y revisar miles de historias; cada cifra lleva a sus historias</translation>
  </message>
  <message>
   <source>Save as draft and go on</source>
   <translation>Guardar como borrador y seguir</translation>
  </message>
  <message>
   <source>Say what the columns of a table mean, or how the notes of one file are parted</source>
   <translation>Decir qué significan las columnas de una tabla, o cómo se separan las notas de un archivo</translation>
  </message>
  <message>
   <source>Say whether this diagnosis was present on admission: Y, N, U, W or 1</source>
   <translation>Decir si este diagnóstico estaba presente al ingreso: Y, N, U, W o 1</translation>
  </message>
  <message>
   <source>Search codes</source>
   <translation>Buscar códigos</translation>
  </message>
  <message>
   <source>Search codes…</source>
   <translation>Buscar códigos…</translation>
  </message>
  <message>
   <source>Search for the code that fits these words better</source>
   <translation>Buscar el código que encaja mejor con estas palabras</translation>
  </message>
  <message>
   <source>Select the next sentence that supports no code yet; N codes it</source>
   <translation>Seleccionar la siguiente frase que aún no apoya ningún código; N la codifica</translation>
  </message>
  <message>
   <source>Select the sentence before that supports no code yet</source>
   <translation>Seleccionar la frase anterior que aún no apoya ningún código</translation>
  </message>
  <message>
   <source>Settings…</source>
   <translation>Ajustes…</translation>
  </message>
  <message>
   <source>Show each file's outcome with the reason for what was left out; save it as CSV</source>
   <translation>Mostrar el resultado de cada archivo con el motivo de lo omitido; guardarlo como CSV</translation>
  </message>
  <message>
   <source>Show every key</source>
   <translation>Mostrar todas las teclas</translation>
  </message>
  <message>
   <source>Show more specific codes and the words of the note that support each</source>
   <translation>Mostrar códigos más específicos y las palabras de la nota que apoyan cada uno</translation>
  </message>
  <message>
   <source>Show names, dates, numbers and addresses, and mask them in a new version</source>
   <translation>Mostrar nombres, fechas, números y direcciones, y enmascararlos en una versión nueva</translation>
  </message>
  <message>
   <source>Show note or history</source>
   <translation>Mostrar la nota o el historial</translation>
  </message>
  <message>
   <source>Show or hide progress and last decisions</source>
   <translation>Mostrar u ocultar el avance y las últimas decisiones</translation>
  </message>
  <message>
   <source>Show or hide the records</source>
   <translation>Mostrar u ocultar las historias</translation>
  </message>
  <message>
   <source>Show or hide the sections</source>
   <translation>Mostrar u ocultar los apartados</translation>
  </message>
  <message>
   <source>Show the headings of the note beside it, or hide them</source>
   <translation>Mostrar los encabezados de la nota junto a ella, u ocultarlos</translation>
  </message>
  <message>
   <source>Show the installed editions and import official releases or sets of your own</source>
   <translation>Mostrar las ediciones instaladas e importar publicaciones oficiales o conjuntos propios</translation>
  </message>
  <message>
   <source>Show the licence of everything that is enclosed</source>
   <translation>Mostrar la licencia de todo lo incluido</translation>
  </message>
  <message>
   <source>Show the line with progress, time and the last ten decisions, or hide it</source>
   <translation>Mostrar la línea con avance, tiempo y las últimas diez decisiones, u ocultarla</translation>
  </message>
  <message>
   <source>Show the next words that support this code</source>
   <translation>Mostrar las siguientes palabras que apoyan este código</translation>
  </message>
  <message>
   <source>Show the words before that support this code</source>
   <translation>Mostrar las palabras anteriores que apoyan este código</translation>
  </message>
  <message>
   <source>Show what the last action changed; the history compares any two versions</source>
   <translation>Mostrar qué cambió la última acción; el historial compara dos versiones cualesquiera</translation>
  </message>
  <message>
   <source>Show which codes of this record a later edition retired or revised</source>
   <translation>Mostrar qué códigos de esta historia retiró o revisó una edición posterior</translation>
  </message>
  <message>
   <source>Show who works in this workspace; an administrator changes it</source>
   <translation>Mostrar quién trabaja en este espacio; un administrador lo cambia</translation>
  </message>
  <message>
   <source>Sign and go to the next record…</source>
   <translation>Firmar e ir a la historia siguiente…</translation>
  </message>
  <message>
   <source>Sign and next</source>
   <translation>Firmar y seguir</translation>
  </message>
  <message>
   <source>Smaller text</source>
   <translation>Texto más pequeño</translation>
  </message>
  <message>
   <source>Sort the assigned codes by the next column</source>
   <translation>Ordenar los códigos asignados por la columna siguiente</translation>
  </message>
  <message>
   <source>Sort what is shown, then in sequence again; the sequence itself stays as it is</source>
   <translation>Ordena lo que se muestra y después vuelve a la secuencia; la secuencia misma no cambia</translation>
  </message>
  <message>
   <source>Specificity ladder…</source>
   <translation>Escala de especificidad…</translation>
  </message>
  <message>
   <source>Specify</source>
   <translation>Concretar</translation>
  </message>
  <message>
   <source>Stop; what was saved before is kept (also Esc in the tray)</source>
   <translation>Parar; lo guardado antes se conserva (también Esc en la bandeja)</translation>
  </message>
  <message>
   <source>Switch between light, dark and high contrast</source>
   <translation>Cambiar entre claro, oscuro y alto contraste</translation>
  </message>
  <message>
   <source>Switch between the note and the history of decisions</source>
   <translation>Cambiar entre la nota y el historial de decisiones</translation>
  </message>
  <message>
   <source>Take alternative {0}</source>
   <translation>Tomar la alternativa {0}</translation>
  </message>
  <message>
   <source>Take back the last decision on this record; the history keeps both</source>
   <translation>Deshacer la última decisión sobre esta historia; el historial conserva ambas</translation>
  </message>
  <message>
   <source>Take this code away, with a reason</source>
   <translation>Quitar este código, con un motivo</translation>
  </message>
  <message>
   <source>Take this record off the worklist, with a reason; its codes are not touched</source>
   <translation>Quitar esta historia de la lista de trabajo, con un motivo; sus códigos no se tocan</translation>
  </message>
  <message>
   <source>Tour in five steps</source>
   <translation>Recorrido en cinco pasos</translation>
  </message>
  <message>
   <source>Type a code or words of its title; the sequence stays as it is</source>
   <translation>Escriba un código o palabras de su título; la secuencia no cambia</translation>
  </message>
  <message>
   <source>Type words of a record's title; the box beside it chooses a state</source>
   <translation>Escriba palabras del título de una historia; la casilla de al lado elige un estado</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Deshacer</translation>
  </message>
  <message>
   <source>Up</source>
   <translation>Subir</translation>
  </message>
  <message>
   <source>Versions, code sets, model, and what is sent anywhere: nothing</source>
   <translation>Versiones, conjuntos de códigos, modelo, y qué se envía a otra parte: nada</translation>
  </message>
  <message>
   <source>View</source>
   <translation>Ver</translation>
  </message>
  <message>
   <source>Walk the hierarchy of a code set and read every note that holds for a code</source>
   <translation>Recorrer la jerarquía de un conjunto de códigos y leer cada nota que vale para un código</translation>
  </message>
  <message>
   <source>Walk through one record with its keys</source>
   <translation>Recorrer una historia con sus teclas</translation>
  </message>
  <message>
   <source>Work through every record that nothing was proposed for yet</source>
   <translation>Trabajar todas las historias para las que aún no se propuso nada</translation>
  </message>
  <message>
   <source>Write the signed records into a folder</source>
   <translation>Escribir en una carpeta las historias firmadas</translation>
  </message>
 </context>
 <context>
  <name>campaign</name>
  <message>
   <source>A blind second coding of {0} waits: `ehrcoder campaign code`.</source>
   <translation>Una segunda codificación ciega de {0} espera: `ehrcoder campaign code`.</translation>
  </message>
  <message>
   <source>Nothing is left for you on the campaign's lists.</source>
   <translation>No queda nada para usted en las listas de la campaña.</translation>
  </message>
  <message>
   <source>{0} – {1} left</source>
   <translation>{0} – quedan {1}</translation>
  </message>
 </context>
 <context>
  <name>care_parts</name>
  <message>
   <source>Choose a language model</source>
   <translation>Elegir un modelo de lenguaje</translation>
  </message>
  <message>
   <source>Copying the model …</source>
   <translation>Copiando el modelo …</translation>
  </message>
  <message>
   <source>Every decision that was shown as saved is kept.

What failed is written in the file below, without clinical text, names or paths. Nothing was sent: pass it on if it happens again.</source>
   <translation>Cada decisión que se mostró como guardada se conserva.

Qué falló está escrito en el archivo de abajo, sin texto clínico, nombres ni rutas. No se ha enviado nada: páselo si vuelve a ocurrir.</translation>
  </message>
  <message>
   <source>In use from the next proposals on: {0}</source>
   <translation>En uso desde las próximas propuestas: {0}</translation>
  </message>
  <message>
   <source>Models (*.gguf);;All files (*)</source>
   <translation>Modelos (*.gguf);;Todos los archivos (*)</translation>
  </message>
  <message>
   <source>No browser</source>
   <translation>Sin navegador</translation>
  </message>
  <message>
   <source>No program on this machine opens web pages. The page is:

{0}</source>
   <translation>Ningún programa de este equipo abre páginas web. La página es:

{0}</translation>
  </message>
  <message>
   <source>Not built yet</source>
   <translation>Aún no construido</translation>
  </message>
  <message>
   <source>The last run ended by a failure of the program</source>
   <translation>La última sesión terminó por un fallo del programa</translation>
  </message>
  <message>
   <source>There is no {0}.

In a checkout, `make docs` builds the guide; the licences come with `make package`.</source>
   <translation>No existe {0}.

En una copia del código, `make docs` construye la guía; las licencias vienen con `make package`.</translation>
  </message>
 </context>
 <context>
  <name>code_set_parts</name>
  <message>
   <source>    in its place: {0}</source>
   <translation>    en su lugar: {0}</translation>
  </message>
  <message>
   <source>    now: {0}</source>
   <translation>    ahora: {0}</translation>
  </message>
  <message>
   <source>1 code stays as it is.</source>
   <translation>1 código se queda como está.</translation>
  </message>
  <message>
   <source>1 record has codes that a later edition retired or revised.</source>
   <translation>1 historia tiene códigos que una edición posterior retiró o revisó.</translation>
  </message>
  <message>
   <source>Changed codes stay as they are</source>
   <translation>Los códigos cambiados se quedan como están</translation>
  </message>
  <message>
   <source>Codes that an edition changed</source>
   <translation>Códigos que una edición cambió</translation>
  </message>
  <message>
   <source>No code was changed by the import. Replace what must be changed; what is right on the record's date may stay, with a reason: “Changed codes stay as they are”.</source>
   <translation>La importación no cambió ningún código. Sustituya lo que deba cambiarse; lo que es correcto en la fecha de la historia puede quedarse, con un motivo: «Los códigos cambiados se quedan como están».</translation>
  </message>
  <message>
   <source>No later edition changed a code of this record.</source>
   <translation>Ninguna edición posterior cambió un código de esta historia.</translation>
  </message>
  <message>
   <source>Why do the codes stay, though a later edition retired or revised them?</source>
   <translation>¿Por qué se quedan los códigos, aunque una edición posterior los retiró o revisó?</translation>
  </message>
  <message>
   <source>{0} codes stay as they are.</source>
   <translation>{0} códigos se quedan como están.</translation>
  </message>
  <message>
   <source>{0} records have codes that a later edition retired or revised.</source>
   <translation>{0} historias tienen códigos que una edición posterior retiró o revisó.</translation>
  </message>
 </context>
 <context>
  <name>enabling</name>
  <message>
   <source>No job runs.</source>
   <translation>No hay ninguna tarea en curso.</translation>
  </message>
  <message>
   <source>No record is open. Ctrl+O imports some, Ctrl+1 goes to the list.</source>
   <translation>No hay ningún registro abierto. Ctrl+O importa, Ctrl+1 va a la lista.</translation>
  </message>
  <message>
   <source>No record is signed yet; Ctrl+Enter signs the open one.</source>
   <translation>Aún no hay ningún registro firmado; Ctrl+Intro firma el que está abierto.</translation>
  </message>
  <message>
   <source>The record is not signed; change it directly.</source>
   <translation>El registro no está firmado; cámbielo directamente.</translation>
  </message>
  <message>
   <source>The record is signed. Ctrl+Shift+A amends it, with a reason.</source>
   <translation>El registro está firmado. Ctrl+Mayús+A lo enmienda, con un motivo.</translation>
  </message>
  <message>
   <source>The workspace is open for reading only.</source>
   <translation>El espacio de trabajo está abierto solo para lectura.</translation>
  </message>
  <message>
   <source>The workspace is still being opened.</source>
   <translation>El espacio de trabajo aún se está abriendo.</translation>
  </message>
  <message>
   <source>There is nothing to do again on this record.</source>
   <translation>No hay nada que rehacer en este registro.</translation>
  </message>
  <message>
   <source>There is nothing to undo on this record.</source>
   <translation>No hay nada que deshacer en este registro.</translation>
  </message>
 </context>
 <context>
  <name>import_parts</name>
  <message>
   <source>All files (*)</source>
   <translation>Todos los archivos (*)</translation>
  </message>
  <message>
   <source>Import with options</source>
   <translation>Importar con opciones</translation>
  </message>
 </context>
 <context>
  <name>lists</name>
  <message>
   <source>Copy the row</source>
   <translation>Copiar la fila</translation>
  </message>
  <message>
   <source>In the given order</source>
   <translation>En el orden original</translation>
  </message>
  <message>
   <source>Sort by: {0}</source>
   <translation>Ordenar por: {0}</translation>
  </message>
 </context>
 <context>
  <name>setting_descriptions</name>
  <message>
   <source>0 means one per physical core.</source>
   <translation>0 significa uno por núcleo físico.</translation>
  </message>
  <message>
   <source>A GGUF LoRA adapter; empty means the shipped one.</source>
   <translation>Un adaptador LoRA en GGUF; vacío significa el incluido.</translation>
  </message>
  <message>
   <source>A GGUF file; empty means the default model.</source>
   <translation>Un archivo GGUF; vacío significa el modelo predeterminado.</translation>
  </message>
  <message>
   <source>Address under which this site's pseudonyms and coder names are unique; empty: only in a record.</source>
   <translation>Dirección bajo la que los seudónimos y nombres de codificadores de este centro son únicos; vacío: solo en una historia.</translation>
  </message>
  <message>
   <source>Colours at the first start; afterwards the window remembers the last ones.</source>
   <translation>Colores en el primer inicio; después la ventana recuerda los últimos.</translation>
  </message>
  <message>
   <source>How many daily ones are kept.</source>
   <translation>Cuántas diarias se conservan.</translation>
  </message>
  <message>
   <source>Language of the window; system follows the desktop. Counts from the next start.</source>
   <translation>Idioma de la ventana; system sigue al escritorio. Vale desde el próximo inicio.</translation>
  </message>
  <message>
   <source>Layers on the GPU where the build has one; -1 is all.</source>
   <translation>Capas en la GPU si la compilación tiene una; -1 son todas.</translation>
  </message>
  <message>
   <source>Lock the window of a workspace with profiles after so long without a key or the mouse; 0: never.</source>
   <translation>Bloquear la ventana de un espacio con perfiles tras tanto tiempo sin teclas ni ratón; 0: nunca.</translation>
  </message>
  <message>
   <source>Make one at the day's first change of a workspace.</source>
   <translation>Hacer una con el primer cambio del día en un espacio de trabajo.</translation>
  </message>
  <message>
   <source>Name under which decisions are stored.</source>
   <translation>Nombre con el que se guardan las decisiones.</translation>
  </message>
  <message>
   <source>Points at the first start; afterwards the window remembers the last one.</source>
   <translation>Puntos en el primer inicio; después la ventana recuerda el último.</translation>
  </message>
  <message>
   <source>Tokens that the model sees at once.</source>
   <translation>Fichas que el modelo ve a la vez.</translation>
  </message>
  <message>
   <source>Where they lie; empty means beside the workspace.</source>
   <translation>Dónde están; vacío significa junto al espacio de trabajo.</translation>
  </message>
  <message>
   <source>Whether checks also tell complication classes (CC, MCC) and risk categories (CMS-HCC V28) of assigned codes, where such lists are imported. It never orders suggestions.</source>
   <translation>Si las comprobaciones dicen también clases de complicación (CC, MCC) y categorías de riesgo (CMS-HCC V28) de los códigos asignados, donde esas listas están importadas. Nunca ordena sugerencias.</translation>
  </message>
  <message>
   <source>Whether the language model takes part in proposing codes.</source>
   <translation>Si el modelo de lenguaje participa en proponer códigos.</translation>
  </message>
  <message>
   <source>Workspace that opens when none is named; empty means workspace.ehrw in the data folder.</source>
   <translation>Espacio de trabajo que se abre si no se nombra ninguno; vacío significa workspace.ehrw en la carpeta de datos.</translation>
  </message>
  <message>
   <source>clinical proposes what is present now; every-mention also what is negated, historical or of the family, as corpora code it.</source>
   <translation>clinical propone lo que está presente ahora; every-mention también lo negado, lo pasado o lo familiar, como codifican los corpus.</translation>
  </message>
 </context>
 <context>
  <name>settings</name>
  <message>
   <source>Adapter file</source>
   <translation>Archivo del adaptador</translation>
  </message>
  <message>
   <source>Backups</source>
   <translation>Copias de seguridad</translation>
  </message>
  <message>
   <source>Coding</source>
   <translation>Codificación</translation>
  </message>
  <message>
   <source>Context</source>
   <translation>Contexto</translation>
  </message>
  <message>
   <source>Every day</source>
   <translation>Cada día</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportar</translation>
  </message>
  <message>
   <source>Folder</source>
   <translation>Carpeta</translation>
  </message>
  <message>
   <source>General</source>
   <translation>General</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>Idioma</translation>
  </message>
  <message>
   <source>Language model</source>
   <translation>Modelo de lenguaje</translation>
  </message>
  <message>
   <source>Layers on the GPU</source>
   <translation>Capas en la GPU</translation>
  </message>
  <message>
   <source>Lock after minutes</source>
   <translation>Bloquear tras minutos</translation>
  </message>
  <message>
   <source>Model file</source>
   <translation>Archivo del modelo</translation>
  </message>
  <message>
   <source>Name of the coder</source>
   <translation>Nombre del codificador</translation>
  </message>
  <message>
   <source>Namespace</source>
   <translation>Espacio de nombres</translation>
  </message>
  <message>
   <source>Number kept</source>
   <translation>Cuántas se conservan</translation>
  </message>
  <message>
   <source>People</source>
   <translation>Personas</translation>
  </message>
  <message>
   <source>Policy</source>
   <translation>Criterio</translation>
  </message>
  <message>
   <source>Severity</source>
   <translation>Gravedad</translation>
  </message>
  <message>
   <source>Size of the text</source>
   <translation>Tamaño del texto</translation>
  </message>
  <message>
   <source>Theme</source>
   <translation>Tema</translation>
  </message>
  <message>
   <source>Threads</source>
   <translation>Hilos</translation>
  </message>
  <message>
   <source>Use the model</source>
   <translation>Usar el modelo</translation>
  </message>
  <message>
   <source>Window</source>
   <translation>Ventana</translation>
  </message>
  <message>
   <source>Workspace</source>
   <translation>Espacio de trabajo</translation>
  </message>
  <message>
   <source>as the desktop has it</source>
   <translation>como el escritorio</translation>
  </message>
  <message>
   <source>dark</source>
   <translation>oscuro</translation>
  </message>
  <message>
   <source>every mention</source>
   <translation>cada mención</translation>
  </message>
  <message>
   <source>high contrast</source>
   <translation>alto contraste</translation>
  </message>
  <message>
   <source>light</source>
   <translation>claro</translation>
  </message>
  <message>
   <source>what is present now</source>
   <translation>lo que está presente ahora</translation>
  </message>
 </context>
 <context>
  <name>time_left</name>
  <message>
   <source>a few seconds left</source>
   <translation>quedan unos segundos</translation>
  </message>
  <message>
   <source>about {0} h {1} min left</source>
   <translation>quedan unas {0} h {1} min</translation>
  </message>
  <message>
   <source>about {0} min left</source>
   <translation>quedan unos {0} min</translation>
  </message>
  <message>
   <source>about {0} s left</source>
   <translation>quedan unos {0} s</translation>
  </message>
 </context>
 <context>
  <name>timeline</name>
  <message>
   <source>Accepted</source>
   <translation>Aceptado</translation>
  </message>
  <message>
   <source>Added</source>
   <translation>Añadido</translation>
  </message>
  <message>
   <source>Changed</source>
   <translation>Cambiado</translation>
  </message>
  <message>
   <source>Commented</source>
   <translation>Comentadas</translation>
  </message>
  <message>
   <source>Ended the hold</source>
   <translation>Terminó la espera</translation>
  </message>
  <message>
   <source>Flagged</source>
   <translation>Señalada</translation>
  </message>
  <message>
   <source>Let a warning stand</source>
   <translation>Dejó valer un aviso</translation>
  </message>
  <message>
   <source>Opened for an amendment</source>
   <translation>Abierta para una enmienda</translation>
  </message>
  <message>
   <source>POA {0}</source>
   <translation>POA {0}</translation>
  </message>
  <message>
   <source>Put aside as a draft</source>
   <translation>Apartada como borrador</translation>
  </message>
  <message>
   <source>Put on hold</source>
   <translation>Puesta en espera</translation>
  </message>
  <message>
   <source>Rejected</source>
   <translation>Rechazado</translation>
  </message>
  <message>
   <source>Removed</source>
   <translation>Quitado</translation>
  </message>
  <message>
   <source>Replaced</source>
   <translation>Sustituido</translation>
  </message>
  <message>
   <source>Restored</source>
   <translation>Restaurado</translation>
  </message>
  <message>
   <source>Signed</source>
   <translation>Firmada</translation>
  </message>
  <message>
   <source>Took back</source>
   <translation>Retiró</translation>
  </message>
  <message>
   <source>Took the flag off</source>
   <translation>Quitó la señal</translation>
  </message>
  <message>
   <source>engine without model</source>
   <translation>motor sin modelo</translation>
  </message>
  <message>
   <source>meaning: {0}</source>
   <translation>significado: {0}</translation>
  </message>
  <message>
   <source>on the suggestion of {0}, {1}</source>
   <translation>sobre la sugerencia de {0}, {1}</translation>
  </message>
  <message>
   <source>place {0}</source>
   <translation>lugar {0}</translation>
  </message>
  <message>
   <source>principal</source>
   <translation>principal</translation>
  </message>
  <message>
   <source>secondary</source>
   <translation>secundario</translation>
  </message>
  <message>
   <source>{0} quotes</source>
   <translation>{0} citas</translation>
  </message>
  <message>
   <source>{0} {1}: {2} → {3}</source>
   <translation>{0} {1}: {2} → {3}</translation>
  </message>
 </context>
 <context>
  <name>words</name>
  <message>
   <source>1 accepted as suggested</source>
   <translation>1 aceptada como se sugirió</translation>
  </message>
  <message>
   <source>A socket that could reach another machine WAS opened. Please report it.</source>
   <translation>SÍ se abrió un socket que podía alcanzar otro equipo. Comuníquelo, por favor.</translation>
  </message>
  <message>
   <source>Accepted</source>
   <translation>Aceptado</translation>
  </message>
  <message>
   <source>Against the {0} suggestions</source>
   <translation>Frente a las {0} sugerencias</translation>
  </message>
  <message>
   <source>Another reason</source>
   <translation>Otro motivo</translation>
  </message>
  <message>
   <source>Assigned codes: {0}</source>
   <translation>Códigos asignados: {0}</translation>
  </message>
  <message>
   <source>Clinically undetermined</source>
   <translation>Clínicamente indeterminado</translation>
  </message>
  <message>
   <source>Comments: {0}</source>
   <translation>Comentarios: {0}</translation>
  </message>
  <message>
   <source>Diagnosis</source>
   <translation>Diagnóstico</translation>
  </message>
  <message>
   <source>Documentation insufficient</source>
   <translation>Documentación insuficiente</translation>
  </message>
  <message>
   <source>Done under watch: {0} records imported, {1} codes proposed, decided, signed, {2} files exported.</source>
   <translation>Hecho bajo vigilancia: {0} historias importadas, {1} códigos propuestos, decididos y firmados, {2} archivos exportados.</translation>
  </message>
  <message>
   <source>Duplicate, or integral to another code</source>
   <translation>Duplicado, o parte de otro código</translation>
  </message>
  <message>
   <source>Exempt from reporting</source>
   <translation>Exento de notificar</translation>
  </message>
  <message>
   <source>Historical, or of the family</source>
   <translation>Pasado, o de la familia</translation>
  </message>
  <message>
   <source>In progress</source>
   <translation>En curso</translation>
  </message>
  <message>
   <source>Negated in the note</source>
   <translation>Negado en la nota</translation>
  </message>
  <message>
   <source>New</source>
   <translation>Nueva</translation>
  </message>
  <message>
   <source>No socket that could reach another machine was opened.</source>
   <translation>No se abrió ningún socket que pudiera alcanzar otro equipo.</translation>
  </message>
  <message>
   <source>No, arose afterwards</source>
   <translation>No, surgió después</translation>
  </message>
  <message>
   <source>Not supported by the note</source>
   <translation>Sin apoyo en la nota</translation>
  </message>
  <message>
   <source>Not watched by: {0}.</source>
   <translation>No vigilado por: {0}.</translation>
  </message>
  <message>
   <source>Outcome</source>
   <translation>Resultado</translation>
  </message>
  <message>
   <source>Procedure</source>
   <translation>Procedimiento</translation>
  </message>
  <message>
   <source>Proposed</source>
   <translation>Propuesta</translation>
  </message>
  <message>
   <source>Rejected</source>
   <translation>Rechazado</translation>
  </message>
  <message>
   <source>Replaced</source>
   <translation>Sustituido</translation>
  </message>
  <message>
   <source>Ruled out</source>
   <translation>Descartado</translation>
  </message>
  <message>
   <source>Seen: {0}</source>
   <translation>Visto: {0}</translation>
  </message>
  <message>
   <source>Signed</source>
   <translation>Firmada</translation>
  </message>
  <message>
   <source>Sockets within this machine: {0}.</source>
   <translation>Sockets dentro de este equipo: {0}.</translation>
  </message>
  <message>
   <source>The whole job runs under watch; this takes half a minute.</source>
   <translation>Todo el trabajo se hace bajo vigilancia; tarda medio minuto.</translation>
  </message>
  <message>
   <source>To decide</source>
   <translation>Por decidir</translation>
  </message>
  <message>
   <source>To look at again</source>
   <translation>Para mirar otra vez</translation>
  </message>
  <message>
   <source>Watched by: {0}.</source>
   <translation>Vigilado por: {0}.</translation>
  </message>
  <message>
   <source>Wrong specificity</source>
   <translation>Especificidad incorrecta</translation>
  </message>
  <message>
   <source>Yes, present on admission</source>
   <translation>Sí, presente al ingreso</translation>
  </message>
  <message>
   <source>absent</source>
   <translation>ausente</translation>
  </message>
  <message>
   <source>accepted as suggested</source>
   <translation>aceptado como se sugirió</translation>
  </message>
  <message>
   <source>added</source>
   <translation>añadido</translation>
  </message>
  <message>
   <source>born {0}</source>
   <translation>nacimiento {0}</translation>
  </message>
  <message>
   <source>changed: {0} became {1}</source>
   <translation>cambiado: {0} pasó a {1}</translation>
  </message>
  <message>
   <source>complication</source>
   <translation>complicación</translation>
  </message>
  <message>
   <source>conditional</source>
   <translation>condicional</translation>
  </message>
  <message>
   <source>course</source>
   <translation>evolución</translation>
  </message>
  <message>
   <source>detail</source>
   <translation>detalle</translation>
  </message>
  <message>
   <source>encounter</source>
   <translation>episodio</translation>
  </message>
  <message>
   <source>from a suggestion</source>
   <translation>de una sugerencia</translation>
  </message>
  <message>
   <source>historical</source>
   <translation>pasado</translation>
  </message>
  <message>
   <source>in place of {0}</source>
   <translation>en lugar de {0}</translation>
  </message>
  <message>
   <source>nothing any more</source>
   <translation>ya nada</translation>
  </message>
  <message>
   <source>of the family</source>
   <translation>de la familia</translation>
  </message>
  <message>
   <source>possible</source>
   <translation>posible</translation>
  </message>
  <message>
   <source>present</source>
   <translation>presente</translation>
  </message>
  <message>
   <source>present on admission {0}</source>
   <translation>presente al ingreso {0}</translation>
  </message>
  <message>
   <source>principal</source>
   <translation>principal</translation>
  </message>
  <message>
   <source>rejected</source>
   <translation>rechazado</translation>
  </message>
  <message>
   <source>severity</source>
   <translation>gravedad</translation>
  </message>
  <message>
   <source>sex {0}</source>
   <translation>sexo {0}</translation>
  </message>
  <message>
   <source>side</source>
   <translation>lado</translation>
  </message>
  <message>
   <source>trimester</source>
   <translation>trimestre</translation>
  </message>
  <message>
   <source>unspecified</source>
   <translation>sin especificar</translation>
  </message>
  <message>
   <source>{0} %</source>
   <translation>{0} %</translation>
  </message>
  <message>
   <source>{0} accepted as suggested</source>
   <translation>{0} aceptadas como se sugirió</translation>
  </message>
 </context>
</TS>
