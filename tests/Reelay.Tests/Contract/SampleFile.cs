using System.Text;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract;

/// <summary>A documented request as it was published: comment lines, a request line, headers, an empty line, the body.</summary>
internal sealed record SampleFile(string Name, string ContentType, string Body)
{
    private const string PictureMark = "{bytes of a 720x1280 PNG}";

    private static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Reelay.Tests", "Contract", "Samples");

    /// <summary>Names of all files, without their ending.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.http").Select(file => Path.GetFileNameWithoutExtension(file)).Order();

    public static SampleFile Read(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, name + ".http")).SkipWhile(line => line.StartsWith('#')).ToList();
        Assert.Equal("POST /v1/videos", lines[0]);
        var end = lines.IndexOf("");
        var type = lines[1..end].Single(line => line.StartsWith("Content-Type: ", StringComparison.Ordinal))["Content-Type: ".Length..];
        return new(name, type, string.Join('\n', lines[(end + 1)..]));
    }

    /// <summary>The request, with the published bytes as they are.</summary>
    /// <param name="picture">Stands where the file is described in words.</param>
    public HttpRequestMessage ToRequest(byte[] picture)
    {
        var isForm = Body.StartsWith("--", StringComparison.Ordinal);
        var parts = (isForm ? Body.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n" : Body).Split(PictureMark);
        byte[] bytes = [.. Encoding.UTF8.GetBytes(parts[0]), .. parts.Skip(1).SelectMany(part => picture.Concat(Encoding.UTF8.GetBytes(part)))];
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        return request;
    }
}
