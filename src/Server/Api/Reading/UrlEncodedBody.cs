namespace Reelay.Server.Api.Reading;

/// <summary>Reads <c>application/x-www-form-urlencoded</c> the way browsers define it: a broken escape stands for itself.</summary>
internal static class UrlEncodedBody
{
    /// <summary>The code of every refusal here.</summary>
    public const string ErrorCode = "invalid_form";

    /// <summary>Reads a whole body into <paramref name="fields"/>.</summary>
    public static ApiError? Read(ReadOnlyMemory<byte> body, ReadingLimits limits, RequestFields fields)
    {
        var tree = new FormTree(limits, ErrorCode);
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'&');
            var pair = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!pair.IsEmpty && AddPair(pair.Span, limits, tree) is { } error)
            {
                return error;
            }
        }

        return tree.Finish(fields);
    }

    private static ApiError? AddPair(ReadOnlySpan<byte> pair, ReadingLimits limits, FormTree tree)
    {
        var equals = pair.IndexOf((byte)'=');
        var name = FieldPath.Decode(Unescape(equals < 0 ? pair : pair[..equals]).Span);
        if (name is null)
        {
            return ReadingErrors.Form(ErrorCode, "A field's name is not valid UTF-8 text.");
        }

        var text = equals < 0 ? default : Unescape(pair[(equals + 1)..]);
        return text.Length > limits.MaxTextFieldBytes
            ? ReadingErrors.FieldTooLarge(name, limits.MaxTextFieldBytes)
            : tree.Count() ?? tree.Add(name, text);
    }

    private static ReadOnlyMemory<byte> Unescape(ReadOnlySpan<byte> escaped)
    {
        var bytes = new byte[escaped.Length];
        var length = 0;
        for (var index = 0; index < escaped.Length; index++)
        {
            var value = escaped[index];
            if (value == '+')
            {
                value = (byte)' ';
            }
            else if (value == '%' && index + 2 < escaped.Length
                && HexDigit(escaped[index + 1]) is >= 0 and var high && HexDigit(escaped[index + 2]) is >= 0 and var low)
            {
                value = (byte)((high << 4) | low);
                index += 2;
            }

            bytes[length++] = value;
        }

        return bytes.AsMemory(0, length);
    }

    private static int HexDigit(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };
}
