using System.Runtime.InteropServices;
using System.Text.Json;

namespace Reelay.Server.Api.Reading;

/// <summary>What a JSON parser lets through and we do not: duplicate keys that differ, broken surrogates, NUL, huge objects.</summary>
internal static class JsonCheck
{
    private const int FewMembers = 8;

    /// <summary>Checks a value and everything in it.</summary>
    public static ApiError? Check(JsonElement root, ReadingLimits limits) => CheckValue(root, "", limits);

    private static ApiError? CheckValue(JsonElement value, string path, ReadingLimits limits) => value.ValueKind switch
    {
        JsonValueKind.Object => CheckObject(value, path, limits),
        JsonValueKind.Array => CheckArray(value, path, limits),
        JsonValueKind.String when !IsText(JsonMarshal.GetRawUtf8Value(value), value) => ReadingErrors.BadText(path),
        _ => null,
    };

    private static ApiError? CheckArray(JsonElement array, string path, ReadingLimits limits)
    {
        foreach (var item in array.EnumerateArray())
        {
            if (CheckValue(item, path, limits) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static ApiError? CheckObject(JsonElement value, string path, ReadingLimits limits)
    {
        var count = value.GetPropertyCount();
        if (count > limits.MaxFieldCount)
        {
            return ReadingErrors.TooManyFields("invalid_json", limits.MaxFieldCount);
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!IsName(member, out var name))
            {
                return ReadingErrors.BadText(path.Length == 0 ? "(a member's name)" : path);
            }

            var memberPath = path.Length == 0 ? name : $"{path}.{name}";
            if (CheckValue(member.Value, memberPath, limits) is { } error)
            {
                return error;
            }
        }

        return count > 1 ? FindDuplicate(value, count, path) : null;
    }

    private static ApiError? FindDuplicate(JsonElement value, int count, string path)
    {
        var seen = count > FewMembers ? new Dictionary<string, JsonElement>(count, StringComparer.Ordinal) : null;
        var index = 0;
        foreach (var member in value.EnumerateObject())
        {
            var name = member.Name;
            JsonElement first = default;
            var isDuplicate = seen is null
                ? IsEarlier(value, index++, name, out first)
                : !seen.TryAdd(name, member.Value) && seen.TryGetValue(name, out first);
            if (isDuplicate && !JsonElement.DeepEquals(first, member.Value))
            {
                return ReadingErrors.DuplicateKey(path.Length == 0 ? name : $"{path}.{name}");
            }
        }

        return null;
    }

    private static bool IsEarlier(JsonElement value, int before, string name, out JsonElement first)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (before-- == 0)
            {
                break;
            }

            if (member.NameEquals(name))
            {
                first = member.Value;
                return true;
            }
        }

        first = default;
        return false;
    }

    private static bool IsName(JsonProperty member, out string name)
    {
        try
        {
            name = member.Name;
            return !name.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }

    private static bool IsText(ReadOnlySpan<byte> raw, JsonElement value)
    {
        // Only an escaped surrogate or NUL can be wrong: the body is valid UTF-8 and JSON forbids bare control characters.
        if (raw.IndexOf("\\u0000"u8) < 0 && raw.IndexOf("\\ud"u8) < 0 && raw.IndexOf("\\uD"u8) < 0)
        {
            return true;
        }

        try
        {
            return !value.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
