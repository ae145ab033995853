namespace Reelay.Server.Api.Reading;

/// <summary>One place in the tree that bracketed form names describe: text, an object, or a list; never two of them.</summary>
internal sealed class FormNode
{
    /// <summary>The text, once per different value sent; null unless this is a leaf.</summary>
    public List<ReadOnlyMemory<byte>>? Texts { get; private set; }

    /// <summary>Members by name, for <c>a[b]</c>.</summary>
    public OrderedDictionary<string, FormNode>? Members { get; private set; }

    /// <summary>Items in order, for <c>a[]</c>.</summary>
    public List<FormNode>? Items { get; private set; }

    /// <summary>Puts a value at a path.</summary>
    /// <returns>False if the place already holds something of another kind.</returns>
    public bool TryAdd(ReadOnlySpan<string> path, ReadOnlyMemory<byte> text)
    {
        if (path.IsEmpty)
        {
            return TryAddText(text);
        }

        if (Texts is not null)
        {
            return false;
        }

        if (path[0].Length > 0)
        {
            return Items is null && Member(path[0]).TryAdd(path[1..], text);
        }

        return Members is null && NextItem(path[1..]).TryAdd(path[1..], text);
    }

    /// <summary>The items where the members are the indices 0 to n-1, as in <c>a[0]=x&amp;a[1]=y</c>; otherwise null.</summary>
    public List<FormNode>? IndexedItems()
    {
        if (Members is null)
        {
            return null;
        }

        var items = new List<FormNode>(Members.Count);
        for (var index = 0; index < Members.Count; index++)
        {
            if (!Members.TryGetValue(index.ToString(), out var item))
            {
                return null;
            }

            items.Add(item);
        }

        return items;
    }

    /// <summary>The member of that name, made if it is not there.</summary>
    public FormNode Member(string name)
    {
        Members ??= [];
        if (!Members.TryGetValue(name, out var member))
        {
            Members.Add(name, member = new FormNode());
        }

        return member;
    }

    // A sub-key that the last object has already begins the next one, as in Rack: refs[][a]=1, refs[][b]=2, refs[][a]=3 is [{a:1,b:2},{a:3}].
    private FormNode NextItem(ReadOnlySpan<string> rest)
    {
        Items ??= [];
        if (Items.Count == 0 || rest.IsEmpty || Items[^1].Has(rest)) Items.Add(new FormNode());
        return Items[^1];
    }

    // Below a further list there is always room.
    private bool Has(ReadOnlySpan<string> path)
    {
        if (path.IsEmpty || Texts is not null) return true;
        return path[0].Length > 0 && Members is not null && Members.TryGetValue(path[0], out var member) && member.Has(path[1..]);
    }

    private bool TryAddText(ReadOnlyMemory<byte> text)
    {
        if (Members is not null || Items is not null)
        {
            return false;
        }

        Texts ??= [];
        foreach (var earlier in Texts)
        {
            if (earlier.Span.SequenceEqual(text.Span))
            {
                return true;
            }
        }

        Texts.Add(text);
        return true;
    }
}
