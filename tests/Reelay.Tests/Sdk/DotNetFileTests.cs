using System.ClientModel;
using OpenAI;
using OpenAI.Files;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Sdk;

/// <summary>Files with the NuGet package <c>OpenAI</c> as it is published; it has typed models for them.</summary>
public sealed class DotNetFileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_are_uploaded_listed_read_and_deleted(bool isAsync)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = new OpenAIFileClient(new ApiKeyCredential("sk-reelay-sandbox"), new OpenAIClientOptions { Endpoint = new Uri(gateway.BaseUrl, "/v1") });
        var picture = BinaryData.FromBytes(Uploads.Png);
        OpenAIFile file = isAsync
            ? await client.UploadFileAsync(picture, "first frame.png", FileUploadPurpose.Vision)
            : client.UploadFile(picture, "first frame.png", FileUploadPurpose.Vision);
        Assert.Equal(("first frame.png", FilePurpose.Vision, (long?)Uploads.Png.Length), (file.Filename, file.Purpose, file.SizeInBytesLong));
        OpenAIFile other = await client.UploadFileAsync(picture, "b.png", FileUploadPurpose.UserData);

        OpenAIFile read = isAsync ? await client.GetFileAsync(file.Id, Cancellation) : client.GetFile(file.Id, Cancellation);
        Assert.Equal((file.Id, file.CreatedAt), (read.Id, read.CreatedAt));
        OpenAIFileCollection all = isAsync ? await client.GetFilesAsync(Cancellation) : client.GetFiles(Cancellation);
        Assert.Equal([other.Id, file.Id], all.Select(row => row.Id));
        OpenAIFileCollection some = isAsync ? await client.GetFilesAsync(FilePurpose.Vision, Cancellation) : client.GetFiles(FilePurpose.Vision, Cancellation);
        Assert.Equal([file.Id], some.Select(row => row.Id));
        BinaryData bytes = isAsync ? await client.DownloadFileAsync(file.Id, Cancellation) : client.DownloadFile(file.Id, Cancellation);
        Assert.Equal(Uploads.Png, bytes.ToArray());

        FileDeletionResult deleted = isAsync ? await client.DeleteFileAsync(file.Id, Cancellation) : client.DeleteFile(file.Id, Cancellation);
        Assert.Equal((file.Id, true), (deleted.FileId, deleted.Deleted));
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => client.GetFileAsync(file.Id, Cancellation));
        Assert.Equal(404, gone.Status);
        Assert.Contains("file_not_found", gone.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ClientResultException>(
            () => client.UploadFileAsync(BinaryData.FromString("hello"), "a.png", FileUploadPurpose.Vision));
        Assert.Equal(400, refused.Status);
        Assert.Contains("invalid_file", refused.Message, StringComparison.Ordinal);
    }
}
