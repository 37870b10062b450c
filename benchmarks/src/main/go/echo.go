// An echo server in Go, a goroutine for each connection: echo tcp|unix|udp|unixgram PLACE [BUFFER]
package main

import (
	"log"
	"net"
	"os"
	"strconv"
	"syscall"
)

func main() {
	family, place := os.Args[1], os.Args[2]
	size := 16 * 1024
	if len(os.Args) > 3 {
		size, _ = strconv.Atoi(os.Args[3])
	}
	var files syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files)
	files.Cur = files.Max
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files)

	address := place
	if family == "tcp" || family == "udp" {
		address = "127.0.0.1:" + place
	}
	if family == "udp" || family == "unixgram" {
		packets, err := net.ListenPacket(family, address)
		if err != nil {
			log.Fatal(err)
		}
		servePackets(packets)
	}
	listener, err := net.Listen(family, address)
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection, size)
	}
}

func serve(connection net.Conn, size int) {
	defer connection.Close()
	buffer := make([]byte, size)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func servePackets(packets net.PacketConn) {
	buffer := make([]byte, 64*1024)
	for {
		count, client, err := packets.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		packets.WriteTo(buffer[:count], client)
	}
}
