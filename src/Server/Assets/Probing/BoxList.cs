namespace Reelay.Server.Assets.Probing;

/// <summary>
/// Walks the boxes in a piece of memory. A malformed size ends the walk; each box lies wholly in the one around it, so no loop is possible.
/// </summary>
internal ref struct BoxList(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _rest = content;

    /// <summary>Type of the present box, see <see cref="BoxHeader.Code"/>.</summary>
    public uint Type { get; private set; }

    /// <summary>What the present box holds, without its header.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next box; false at the end or where the list is malformed.</summary>
    public bool MoveNext()
    {
        if (BoxHeader.Read(_rest, _rest.Length) is not { } header) return false;
        Type = header.Type;
        Content = _rest[header.HeaderBytes..(int)header.SizeBytes];
        _rest = _rest[(int)header.SizeBytes..];
        return true;
    }

    /// <summary>Gives the content of the first box of a type, or an empty span if there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> content, ReadOnlySpan<byte> type)
    {
        var code = BoxHeader.Code(type);
        var boxes = new BoxList(content);
        while (boxes.MoveNext())
        {
            if (boxes.Type == code) return boxes.Content;
        }

        return [];
    }
}
