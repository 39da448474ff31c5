"""One file per page: `render` draws it, and the guard at the end runs it inside Streamlit."""
