using System.Net.Http.Headers;
using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>Forms and small files for uploads.</summary>
internal static class Uploads
{
    private static readonly byte[] Small = PngImage.Gradient(16, 9);

    public static byte[] Png => [.. Small];

    /// <summary>A clip that is nothing but a header.</summary>
    public static byte[] Clip(ushort width = 1280, ushort height = 720, double seconds = 3) =>
    [
        .. BoxBuilder.Ftyp(),
        .. BoxBuilder.Box(
            "moov",
            BoxBuilder.Mvhd(1000, (ulong)(seconds * 1000)),
            BoxBuilder.Track(width: width, height: height, samples: (uint)(seconds * 100), delta: 10, scale: 1000)),
        .. BoxBuilder.Box("mdat", new byte[64]),
    ];

    /// <summary>A PNG header that claims a size.</summary>
    public static byte[] Claim(int width, int height)
    {
        var bytes = Png;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    public static MultipartFormDataContent Form(params (string Name, object Value)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in parts)
        {
            if (value is byte[] bytes) form.Add(Part(bytes), name, "a.bin");
            else if (value is ValueTuple<byte[], string> named) form.Add(Part(named.Item1), name, named.Item2);
            else form.Add(new StringContent((string)value), name);
        }

        return form;
    }

    private static ByteArrayContent Part(byte[] bytes)
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return part;
    }

    public static async Task<(int Status, JsonElement Body)> PostAsync(this GatewayHost gateway, string path, HttpContent content, HttpClient? client = null)
    {
        using var response = await (client ?? gateway.Client).PostAsync(path, content, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    /// <summary>Uploads a file and gives its object.</summary>
    public static async Task<JsonElement> UploadAsync(this GatewayHost gateway, byte[]? bytes = null, string name = "boat.png", string purpose = "vision")
    {
        using var form = Form(("file", (bytes ?? Png, name)), ("purpose", purpose));
        var (status, file) = await gateway.PostAsync("/v1/files", form);
        Assert.True(status == 200, file.GetRawText());
        return file;
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static JsonElement Error(this (int Status, JsonElement Body) answer, int status)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body.GetRawText()}");
        return answer.Body.GetProperty("error");
    }

    /// <summary>Names of all stored files and folders below a root.</summary>
    public static string[] Stored(this GatewayHost gateway, string root)
    {
        var folder = Path.Combine(gateway.Folder, "assets", root);
        return Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories) : [];
    }
}
