"""The adviser's desk: pages in Streamlit that ask the API alone, with the key of whoever sits before them."""
